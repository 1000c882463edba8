// The cities of the demo world: real ones with the coordinates of their centres (four decimals, about
// ten metres), spread over all continents, both hemispheres and the date line's neighbourhood.
// The order is part of the seed: places get their ids from it. Append only.

/** Which lists of names.ts a city's people mostly come from. */
export type NameCulture =
  | "arabic"
  | "chinese"
  | "eastAfrican"
  | "english"
  | "french"
  | "german"
  | "greek"
  | "indian"
  | "japanese"
  | "korean"
  | "nordic"
  | "polish"
  | "polynesian"
  | "portuguese"
  | "singaporean"
  | "slavic"
  | "spanish"
  | "turkish"
  | "ukrainian"
  | "vietnamese"
  | "westAfrican";

/** One city: name as players see it and rankings compare it, centre, and who lives there. */
export interface City {
  readonly name: string;
  readonly lat: number;
  readonly lng: number;
  readonly culture: NameCulture;
}

/** In id order of their places; the first two are the homes of the vector players. */
export const cities: readonly City[] = [
  { name: "Berlin", lat: 52.52, lng: 13.405, culture: "german" },
  { name: "Kyoto", lat: 35.0116, lng: 135.7681, culture: "japanese" },
  { name: "Accra", lat: 5.6037, lng: -0.187, culture: "westAfrican" },
  { name: "Wien", lat: 48.2082, lng: 16.3738, culture: "german" },
  { name: "Anchorage", lat: 61.2181, lng: -149.9003, culture: "english" },
  { name: "Athens", lat: 37.9838, lng: 23.7275, culture: "greek" },
  { name: "Auckland", lat: -36.8509, lng: 174.7645, culture: "polynesian" },
  { name: "Taipei", lat: 25.033, lng: 121.5654, culture: "chinese" },
  { name: "Barcelona", lat: 41.3874, lng: 2.1686, culture: "spanish" },
  { name: "Bengaluru", lat: 12.9716, lng: 77.5946, culture: "indian" },
  { name: "Bogotá", lat: 4.711, lng: -74.0721, culture: "spanish" },
  { name: "Buenos Aires", lat: -34.6037, lng: -58.3816, culture: "spanish" },
  { name: "Busan", lat: 35.1796, lng: 129.0756, culture: "korean" },
  { name: "Cairo", lat: 30.0444, lng: 31.2357, culture: "arabic" },
  { name: "Cape Town", lat: -33.9249, lng: 18.4241, culture: "english" },
  { name: "Casablanca", lat: 33.5731, lng: -7.5898, culture: "arabic" },
  { name: "Chicago", lat: 41.8781, lng: -87.6298, culture: "english" },
  { name: "Copenhagen", lat: 55.6761, lng: 12.5683, culture: "nordic" },
  { name: "Dakar", lat: 14.7167, lng: -17.4677, culture: "french" },
  { name: "Delhi", lat: 28.6139, lng: 77.209, culture: "indian" },
  { name: "Dublin", lat: 53.3498, lng: -6.2603, culture: "english" },
  { name: "Edinburgh", lat: 55.9533, lng: -3.1883, culture: "english" },
  { name: "Gdańsk", lat: 54.352, lng: 18.6466, culture: "polish" },
  { name: "Hà Nội", lat: 21.0278, lng: 105.8342, culture: "vietnamese" },
  { name: "Helsinki", lat: 60.1699, lng: 24.9384, culture: "nordic" },
  { name: "Hong Kong", lat: 22.3193, lng: 114.1694, culture: "chinese" },
  { name: "Honolulu", lat: 21.3069, lng: -157.8583, culture: "polynesian" },
  { name: "İstanbul", lat: 41.0082, lng: 28.9784, culture: "turkish" },
  { name: "Mumbai", lat: 19.076, lng: 72.8777, culture: "indian" },
  { name: "Kraków", lat: 50.0647, lng: 19.945, culture: "polish" },
  { name: "Kyiv", lat: 50.4501, lng: 30.5234, culture: "ukrainian" },
  { name: "Lagos", lat: 6.5244, lng: 3.3792, culture: "westAfrican" },
  { name: "Lima", lat: -12.0464, lng: -77.0428, culture: "spanish" },
  { name: "Lisboa", lat: 38.7223, lng: -9.1393, culture: "portuguese" },
  { name: "Ljubljana", lat: 46.0569, lng: 14.5058, culture: "slavic" },
  { name: "London", lat: 51.5074, lng: -0.1278, culture: "english" },
  { name: "Lyon", lat: 45.764, lng: 4.8357, culture: "french" },
  { name: "Madrid", lat: 40.4168, lng: -3.7038, culture: "spanish" },
  { name: "Manchester", lat: 53.4808, lng: -2.2426, culture: "english" },
  { name: "Melbourne", lat: -37.8136, lng: 144.9631, culture: "english" },
  { name: "Montréal", lat: 45.5019, lng: -73.5674, culture: "french" },
  { name: "München", lat: 48.1351, lng: 11.582, culture: "german" },
  { name: "México", lat: 19.4326, lng: -99.1332, culture: "spanish" },
  { name: "Nairobi", lat: -1.2921, lng: 36.8219, culture: "eastAfrican" },
  { name: "New York", lat: 40.7128, lng: -74.006, culture: "english" },
  { name: "Oslo", lat: 59.9139, lng: 10.7522, culture: "nordic" },
  { name: "Paris", lat: 48.8566, lng: 2.3522, culture: "french" },
  { name: "Porto", lat: 41.1579, lng: -8.6291, culture: "portuguese" },
  { name: "Praha", lat: 50.0755, lng: 14.4378, culture: "slavic" },
  { name: "Reykjavík", lat: 64.1466, lng: -21.9426, culture: "nordic" },
  { name: "San Francisco", lat: 37.7749, lng: -122.4194, culture: "english" },
  { name: "São Paulo", lat: -23.5505, lng: -46.6333, culture: "portuguese" },
  { name: "Seoul", lat: 37.5665, lng: 126.978, culture: "korean" },
  { name: "Singapore", lat: 1.3521, lng: 103.8198, culture: "singaporean" },
  { name: "Stockholm", lat: 59.3293, lng: 18.0686, culture: "nordic" },
  { name: "Suva", lat: -18.1248, lng: 178.4501, culture: "polynesian" },
  { name: "Sydney", lat: -33.8688, lng: 151.2093, culture: "english" },
  { name: "Tokyo", lat: 35.6762, lng: 139.6503, culture: "japanese" },
  { name: "Tromsø", lat: 69.6492, lng: 18.9553, culture: "nordic" },
  { name: "Zürich", lat: 47.3769, lng: 8.5417, culture: "german" },
];
