// Names of demo players: short lists per culture, first and last name drawn apart. All NFC, some outside
// ASCII and outside the Latin script, so that a screen which cannot show them is found out early.
// The order is part of the seed.
import type { NameCulture } from "./cities.ts";
import type { Random } from "./random.ts";

interface NameLists {
  readonly first: readonly string[];
  readonly last: readonly string[];
  /** Written with the family name first, without a space in between where the script has none. */
  readonly familyFirst?: " " | "";
}

const nameLists: Record<NameCulture, NameLists> = {
  arabic: {
    first: ["Amina", "Farid", "Hala", "Idris", "Khadija", "Layla", "Nabil", "Omar", "Rania", "Samir", "Yasmin", "Zahra"],
    last: ["Abdallah", "Benali", "El Amrani", "Farouk", "Haddad", "Khalil", "Mansour", "Nasser", "Rahmani", "Saleh"],
  },
  chinese: {
    first: ["嘉怡", "子轩", "雨桐", "浩然", "思远", "欣妍", "家豪", "詩涵", "志明", "美玲"],
    last: ["陈", "李", "王", "林", "黄", "周", "張", "吳", "劉", "蔡"],
    familyFirst: "",
  },
  english: {
    first: ["Alice", "Ben", "Chloe", "Dylan", "Erin", "Freya", "George", "Hannah", "Isaac", "Jade", "Liam", "Maeve", "Noah", "Ruby"],
    last: ["Adams", "Baker", "Campbell", "Doyle", "Evans", "Fraser", "Hughes", "Jackson", "MacLeod", "O'Brien", "Reed", "Turner", "Walsh"],
  },
  french: {
    first: ["Aïcha", "Benoît", "Céline", "Émile", "Fatou", "Gaëlle", "Hélène", "Jérôme", "Léa", "Maëlys", "Moussa", "Théo"],
    last: ["Beaulieu", "Bernard", "Côté", "Diallo", "Dubois", "Gagné", "Lefèvre", "Moreau", "N'Diaye", "Rousseau", "Tremblay"],
  },
  german: {
    first: ["Anja", "Björn", "Clara", "Emil", "Frieda", "Greta", "Jörg", "Käthe", "Lukas", "Mila", "Sören", "Til"],
    last: ["Bauer", "Brandt", "Fischer", "Größner", "Hofmann", "Jäger", "Köhler", "Müller", "Schäfer", "Vogel", "Weiß"],
  },
  greek: {
    first: ["Ελένη", "Γιώργος", "Δήμητρα", "Νίκος", "Σοφία", "Χρήστος", "Κατερίνα", "Σταύρος"],
    last: ["Αντωνίου", "Βασιλείου", "Γεωργίου", "Δημητρίου", "Ιωάννου", "Νικολάου", "Οικονόμου"],
  },
  indian: {
    first: ["Aarav", "Ananya", "Divya", "Ishaan", "Kavya", "Meera", "Nikhil", "Pooja", "Rohan", "Saanvi", "Vikram"],
    last: ["Banerjee", "Gupta", "Iyer", "Kapoor", "Nair", "Patel", "Rao", "Reddy", "Sharma", "Verma"],
  },
  japanese: {
    first: ["さくら", "陽菜", "蓮", "結衣", "大翔", "美咲", "悠真", "葵", "陸", "凛"],
    last: ["佐藤", "鈴木", "高橋", "田中", "渡辺", "伊藤", "山本", "中村", "小林", "加藤"],
    familyFirst: " ",
  },
  korean: {
    first: ["서연", "민준", "지우", "하은", "도윤", "예준", "수아", "지호", "윤서", "현우"],
    last: ["김", "이", "박", "최", "정", "강", "조", "윤", "장", "임"],
    familyFirst: "",
  },
  nordic: {
    first: ["Åsa", "Bjørn", "Eino", "Freyja", "Guðrún", "Håkon", "Ingrid", "Jón", "Kaisa", "Søren", "Þóra", "Väinö"],
    last: ["Åkesson", "Ægisdóttir", "Berg", "Hämäläinen", "Jónsson", "Kjær", "Lindström", "Nygård", "Østergaard", "Virtanen"],
  },
  polish: {
    first: ["Agnieszka", "Bartłomiej", "Grażyna", "Jacek", "Kamila", "Łukasz", "Małgorzata", "Paweł", "Stanisław", "Zofia"],
    last: ["Dąbrowska", "Jabłoński", "Kowalczyk", "Nowak", "Pawłowski", "Szczepańska", "Wiśniewska", "Wójcik", "Zieliński"],
  },
  polynesian: {
    first: ["Aroha", "Hōhepa", "Kaimana", "Leilani", "Manaia", "Mele", "Ngaire", "Sione", "Tāne", "Wiremu"],
    last: ["Fonoti", "Kahananui", "Kealoha", "Ngata", "Parata", "Tawhiri", "Tuilagi", "Vakaloloma", "Whaanga"],
  },
  portuguese: {
    first: ["Ângela", "Beatriz", "Caio", "Conceição", "Flávia", "Gonçalo", "Inês", "João", "Luísa", "Rui", "Tomás"],
    last: ["Almeida", "Araújo", "Carvalho", "da Conceição", "Gonçalves", "Magalhães", "Oliveira", "Sá", "Simões"],
  },
  singaporean: {
    first: ["Hui Min", "Jia Hao", "Kai Wen", "Mei Ling", "Siew Lan", "Wei Ting", "Yong Jun", "Zhi Wei"],
    last: ["Chan", "Goh", "Koh", "Lim", "Ng", "Ong", "Tan", "Wong"],
    familyFirst: " ",
  },
  slavic: {
    first: ["Jiří", "Kateřina", "Lucija", "Markéta", "Matěj", "Nejc", "Ondřej", "Petra", "Tjaša", "Žiga"],
    last: ["Bartoš", "Dvořák", "Horvat", "Kovač", "Kučera", "Novák", "Pospíšil", "Procházka", "Žižek"],
  },
  spanish: {
    first: ["Álvaro", "Begoña", "Camila", "Emiliano", "Íñigo", "Joaquín", "Lucía", "Martín", "Nuria", "Sofía", "Valentina", "Ximena"],
    last: ["Acuña", "Castañeda", "Fernández", "García", "Ibáñez", "Muñoz", "Núñez", "Peña", "Quispe", "Rodríguez", "Zúñiga"],
  },
  eastAfrican: {
    first: ["Achieng", "Baraka", "Faraja", "Imani", "Juma", "Makena", "Njoroge", "Rehema", "Wanjiru", "Zawadi"],
    last: ["Kamau", "Kiprono", "Mwangi", "Ndung'u", "Nyambura", "Odhiambo", "Otieno", "Wafula"],
  },
  turkish: {
    first: ["Ayşe", "Barış", "Çağla", "Deniz", "Emre", "Gökçe", "İpek", "Mert", "Ömer", "Selin", "Ümit", "Zeynep"],
    last: ["Aydın", "Çelik", "Demir", "Doğan", "Kaya", "Öztürk", "Şahin", "Yıldız", "Yılmaz"],
  },
  ukrainian: {
    first: ["Богдан", "Дарина", "Ірина", "Максим", "Олена", "Остап", "Соломія", "Тарас", "Юлія", "Ярослав"],
    last: ["Бондаренко", "Гриценко", "Коваленко", "Лисенко", "Мельник", "Петренко", "Савченко", "Шевченко"],
  },
  vietnamese: {
    first: ["An", "Bảo", "Châu", "Đức", "Giang", "Hương", "Khánh", "Linh", "Ngọc", "Quân", "Thảo", "Vy"],
    last: ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi"],
    familyFirst: " ",
  },
  westAfrican: {
    first: ["Abimbola", "Ayọ̀", "Efua", "Folákẹ́", "Ifeoma", "Kofi", "Kwame", "Ngozi", "Olúwaseun", "Tẹ́mi", "Yaa"],
    last: ["Adébáyọ̀", "Agyeman", "Balogun", "Ekwueme", "Mensah", "Okafor", "Owusu", "Ọlátúnjí", "Quartey"],
  },
};

const cultures = Object.keys(nameLists) as NameCulture[];

/** A full name and the part of an e-mail address that goes with it (ASCII letters and dots). */
export function playerName(random: Random, home: NameCulture): { displayName: string; mailbox: string } {
  // People move: one in four has a name from anywhere.
  const { first, last, familyFirst } = nameLists[random.chance(0.25) ? random.pick(cultures) : home];
  const given = random.pick(first);
  const family = random.pick(last);
  const displayName = familyFirst === undefined ? `${given} ${family}` : `${family}${familyFirst}${given}`;
  return { displayName: displayName.normalize("NFC"), mailbox: mailboxOf(`${given}.${family}`) };
}

/** Letters without their marks; a name in another script leaves nothing and becomes "player". */
function mailboxOf(name: string): string {
  const ascii = name.normalize("NFD").toLowerCase().replaceAll(/[^a-z.]/g, "");
  return ascii.replaceAll(/^\.+|\.+$/g, "") || "player";
}
