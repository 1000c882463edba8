// Runs before each file that shares its worker process with others: the modules of this project are evaluated anew, so
// that none finds what another has left in them. What lies in node_modules stays loaded.

import { vi } from "vitest";

vi.resetModules();
