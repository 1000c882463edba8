// What every variant is told, read the way Satchel reads it: the same names, the same checks.

import { readConfig, type Config } from "../../../src/config.ts";
import { databaseAddressOf, type DatabaseAddress } from "../../../src/database/address.ts";

export interface VariantSettings extends Config {
  readonly address: DatabaseAddress;
}

/** Settings of this process; throws what is wrong with them. */
export function readSettings(): VariantSettings {
  const config = readConfig(process.env);
  return { ...config, address: databaseAddressOf(config.databaseUrl) };
}
