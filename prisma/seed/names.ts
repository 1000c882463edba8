// Names of demo players: short lists per culture, first and last name drawn apart. All NFC, some outside
// ASCII and outside the Latin script, so that a screen which cannot show them is found out early.
// The order is part of the seed.
import type { NameCulture } from "./cities.ts";
import type { Random } from "./random.ts";
import { wordList } from "./word-list.ts";

interface NameLists {
  readonly first: readonly string[];
  readonly last: readonly string[];
  /** Written with the family name first, without a space in between where the script has none. */
  readonly familyFirst?: " " | "";
}

const nameLists: Record<NameCulture, NameLists> = {
  arabic: {
    first: wordList("Amina, Farid, Hala, Idris, Khadija, Layla, Nabil, Omar, Rania, Samir, Yasmin, Zahra"),
    last: wordList("Abdallah, Benali, El Amrani, Farouk, Haddad, Khalil, Mansour, Nasser, Rahmani, Saleh"),
  },
  chinese: {
    first: wordList("嘉怡, 子轩, 雨桐, 浩然, 思远, 欣妍, 家豪, 詩涵, 志明, 美玲"),
    last: wordList("陈, 李, 王, 林, 黄, 周, 張, 吳, 劉, 蔡"),
    familyFirst: "",
  },
  english: {
    first: wordList("Alice, Ben, Chloe, Dylan, Erin, Freya, George, Hannah, Isaac, Jade, Liam, Maeve, Noah, Ruby"),
    last: wordList(
      "Adams, Baker, Campbell, Doyle, Evans, Fraser, Hughes, Jackson, MacLeod, O'Brien, Reed, Turner, Walsh",
    ),
  },
  french: {
    first: wordList("Aïcha, Benoît, Céline, Émile, Fatou, Gaëlle, Hélène, Jérôme, Léa, Maëlys, Moussa, Théo"),
    last: wordList("Beaulieu, Bernard, Côté, Diallo, Dubois, Gagné, Lefèvre, Moreau, N'Diaye, Rousseau, Tremblay"),
  },
  german: {
    first: wordList("Anja, Björn, Clara, Emil, Frieda, Greta, Jörg, Käthe, Lukas, Mila, Sören, Til"),
    last: wordList("Bauer, Brandt, Fischer, Größner, Hofmann, Jäger, Köhler, Müller, Schäfer, Vogel, Weiß"),
  },
  greek: {
    first: wordList("Ελένη, Γιώργος, Δήμητρα, Νίκος, Σοφία, Χρήστος, Κατερίνα, Σταύρος"),
    last: wordList("Αντωνίου, Βασιλείου, Γεωργίου, Δημητρίου, Ιωάννου, Νικολάου, Οικονόμου"),
  },
  indian: {
    first: wordList("Aarav, Ananya, Divya, Ishaan, Kavya, Meera, Nikhil, Pooja, Rohan, Saanvi, Vikram"),
    last: wordList("Banerjee, Gupta, Iyer, Kapoor, Nair, Patel, Rao, Reddy, Sharma, Verma"),
  },
  japanese: {
    first: wordList("さくら, 陽菜, 蓮, 結衣, 大翔, 美咲, 悠真, 葵, 陸, 凛"),
    last: wordList("佐藤, 鈴木, 高橋, 田中, 渡辺, 伊藤, 山本, 中村, 小林, 加藤"),
    familyFirst: " ",
  },
  korean: {
    first: wordList("서연, 민준, 지우, 하은, 도윤, 예준, 수아, 지호, 윤서, 현우"),
    last: wordList("김, 이, 박, 최, 정, 강, 조, 윤, 장, 임"),
    familyFirst: "",
  },
  nordic: {
    first: wordList("Åsa, Bjørn, Eino, Freyja, Guðrún, Håkon, Ingrid, Jón, Kaisa, Søren, Þóra, Väinö"),
    last: wordList("Åkesson, Ægisdóttir, Berg, Hämäläinen, Jónsson, Kjær, Lindström, Nygård, Østergaard, Virtanen"),
  },
  polish: {
    first: wordList("Agnieszka, Bartłomiej, Grażyna, Jacek, Kamila, Łukasz, Małgorzata, Paweł, Stanisław, Zofia"),
    last: wordList("Jóźwiak, Kaźmierczak, Kowalczyk, Nowak, Pawlak, Szczepaniak, Wójcik, Wróbel, Zięba"),
  },
  polynesian: {
    first: wordList("Aroha, Hōhepa, Kaimana, Leilani, Manaia, Mele, Ngaire, Sione, Tāne, Wiremu"),
    last: wordList("Fonoti, Kahananui, Kealoha, Ngata, Parata, Tawhiri, Tuilagi, Vakaloloma, Whaanga"),
  },
  portuguese: {
    first: wordList("Ângela, Beatriz, Caio, Conceição, Flávia, Gonçalo, Inês, João, Luísa, Rui, Tomás"),
    last: wordList("Almeida, Araújo, Carvalho, da Conceição, Gonçalves, Magalhães, Oliveira, Sá, Simões"),
  },
  singaporean: {
    first: wordList("Hui Min, Jia Hao, Kai Wen, Mei Ling, Siew Lan, Wei Ting, Yong Jun, Zhi Wei"),
    last: wordList("Chan, Goh, Koh, Lim, Ng, Ong, Tan, Wong"),
    familyFirst: " ",
  },
  slavic: {
    first: wordList("Jiří, Kateřina, Lucija, Markéta, Matěj, Nejc, Ondřej, Petra, Tjaša, Žiga"),
    last: wordList("Bartoš, Dvořák, Horvat, Kovač, Kučera, Novák, Pospíšil, Procházka, Žižek"),
  },
  spanish: {
    first: wordList("Álvaro, Begoña, Camila, Emiliano, Íñigo, Joaquín, Lucía, Martín, Nuria, Sofía, Valentina, Ximena"),
    last: wordList("Acuña, Castañeda, Fernández, García, Ibáñez, Muñoz, Núñez, Peña, Quispe, Rodríguez, Zúñiga"),
  },
  eastAfrican: {
    first: wordList("Achieng, Baraka, Faraja, Imani, Juma, Makena, Njoroge, Rehema, Wanjiru, Zawadi"),
    last: wordList("Kamau, Kiprono, Mwangi, Ndung'u, Nyambura, Odhiambo, Otieno, Wafula"),
  },
  turkish: {
    first: wordList("Ayşe, Barış, Çağla, Deniz, Emre, Gökçe, İpek, Mert, Ömer, Selin, Ümit, Zeynep"),
    last: wordList("Aydın, Çelik, Demir, Doğan, Kaya, Öztürk, Şahin, Yıldız, Yılmaz"),
  },
  ukrainian: {
    first: wordList("Богдан, Дарина, Ірина, Максим, Олена, Остап, Соломія, Тарас, Юлія, Ярослав"),
    last: wordList("Бондаренко, Гриценко, Коваленко, Лисенко, Мельник, Петренко, Савченко, Шевченко"),
  },
  vietnamese: {
    first: wordList("An, Bảo, Châu, Đức, Giang, Hương, Khánh, Linh, Ngọc, Quân, Thảo, Vy"),
    last: wordList("Nguyễn, Trần, Lê, Phạm, Hoàng, Vũ, Đặng, Bùi"),
    familyFirst: " ",
  },
  westAfrican: {
    first: wordList("Abimbola, Ayọ̀, Efua, Folákẹ́, Ifeoma, Kofi, Kwame, Ngozi, Olúwaseun, Tẹ́mi, Yaa"),
    last: wordList("Adébáyọ̀, Agyeman, Balogun, Ekwueme, Mensah, Okafor, Owusu, Ọlátúnjí, Quartey"),
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

/** Letters that no decomposition takes apart. */
const ASCII_LETTERS: Readonly<Record<string, string>> = {
  æ: "ae",
  ð: "d",
  đ: "d",
  ı: "i",
  ł: "l",
  ø: "o",
  ß: "ss",
  þ: "th",
};

/** Letters without their marks; a name in another script leaves nothing and becomes "player". */
function mailboxOf(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[æðđıłøßþ]/g, (letter) => ASCII_LETTERS[letter] ?? "");
  const ascii = plain.normalize("NFD").replaceAll(/[^a-z.]/g, "");
  return ascii.replaceAll(/^\.+|\.+$/g, "") || "player";
}
