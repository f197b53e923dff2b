//! Names of countries in the languages of those who write lists of customers.

/// The alpha-2 code, and names separated by `|`: in Czech, Danish, Dutch, Finnish, French, German, Hungarian, Italian,
/// Norwegian, Polish, Portuguese, Romanian, Spanish, Swedish and Turkish, and in the country's own language.
pub(super) const NAMES_ABROAD: &[(&str, &str)] = &[
    (
        "US",
        "Yhdysvallat|Stany Zjednoczone|Spojené státy|Egyesült Államok|Statele Unite ale Americii \
         |Amerika Birleşik Devletleri|Соединенные Штаты|アメリカ合衆国|美国|미국|États-Unis d'Amérique \
         |Vereinigte Staaten von Amerika|Estados Unidos de América|Estados Unidos da América \
         |Stati Uniti d'America|EUA|EEUU|EE. UU.",
    ),
    (
        "GB",
        "Storbritannien|Storbritannia|Iso-Britannia|Wielka Brytania|Spojené království \
         |Egyesült Királyság|Regatul Unit|Birleşik Krallık|Великобритания|イギリス|英国|영국|Angleterre \
         |Inglaterra|Inghilterra|Engeland|Schottland|Grande-Bretagne|Gran Bretaña|Gran Bretagna \
         |Grã-Bretanha|Großbritannien|Groot-Brittannië",
    ),
    ("IE", "Irlande|Irlanda|Ierland|Irlanti|Irlandia|Irsko|Írország|İrlanda"),
    (
        "DE",
        "Tyskland|Saksa|Niemcy|Německo|Németország|Almanya|Германия|BRD|Bundesrepublik Deutschland",
    ),
    ("AT", "Österrike|Østrig|Østerrike|Itävalta|Rakousko|Ausztria|Avusturya"),
    ("CH", "Sveits|Sveitsi|Szwajcaria|Švýcarsko|Svájc|Elveția|İsviçre"),
    ("FR", "Frankrike|Frankrig|Ranska|Francja|Francie|Franciaország|Franța|Fransa"),
    ("BE", "Bélgica|Belgio|Belgia|Belçika"),
    (
        "NL",
        "Paesi Bassi|Países Baixos|Nederländerna|Nederlandene|Alankomaat|Holandia|Nizozemsko \
         |Hollandia|Țările de Jos|Hollanda|Holanda|Hollande|Olanda",
    ),
    ("LU", "Luxemburg|Luxemburgo|Lussemburgo|Luksemburg|Lucembursko"),
    ("ES", "Spania|Espanja|Hiszpania|Španělsko|Spanyolország|İspanya"),
    ("PT", "Portugali|Portugalia|Portugalsko|Portekiz"),
    ("IT", "Włochy|Olaszország|İtalya"),
    (
        "GR",
        "Grèce|Grecia|Griekenland|Grekland|Grækenland|Kreikka|Grecja|Řecko|Görögország|Yunanistan \
         |Ελλάδα",
    ),
    ("MT", "Malte"),
    ("CY", "Zypern|Chypre|Chipre|Cipro|Cypern|Kypros|Cypr|Kypr|Ciprus|Cipru|Kıbrıs|Κύπρος"),
    ("SE", "Suède|Suecia|Svezia|Zweden|Ruotsi|Szwecja|Švédsko|Svédország|Suedia|İsveç"),
    ("NO", "Norvège|Noruega|Norvegia|Noorwegen|Norja|Norwegia|Norsko|Norveç"),
    ("DK", "Dinamarca|Danimarca|Denemarken|Tanska|Dania|Dánsko|Danemarca|Danimarka"),
    ("FI", "Finlande|Finlandia|Finsko|Finnország|Finlanda|Finlandiya"),
    ("IS", "Island|Islande|Islandia|Islanda|IJsland|Islanti|Izland|İzlanda"),
    ("EE", "Estland|Estonie|Viro|Estonsko|Észtország|Estonya|Eesti"),
    ("LV", "Lettland|Lettonie|Letonia|Lettonia|Letland|Łotwa|Lotyšsko|Lettország|Letonya|Latvija"),
    ("LT", "Litauen|Lituanie|Lituania|Litouwen|Liettua|Litwa|Litva|Litvánia|Litvanya|Lietuva"),
    ("PL", "Pologne|Polonia|Puola|Polsko|Lengyelország|Polonya"),
    (
        "CZ",
        "Tchéquie|Chequia|Cechia|Tchéquia|Tsjechië|Tjeckien|Tjekkiet|Tsjekkia|Tšekki|Czechy \
         |Csehország|Cehia|Çekya|Tschechische Republik|République tchèque|República Checa \
         |Repubblica Ceca|Česká republika",
    ),
    (
        "SK",
        "Slowakei|Slovaquie|Eslovaquia|Slovacchia|Slowakije|Slovakien|Slovakiet|Słowacja|Slovensko \
         |Szlovákia|Slovacia|Slovakya|Slovenská republika",
    ),
    ("HU", "Hongrie|Hungría|Ungheria|Hongarije|Ungern|Unkari|Węgry|Maďarsko|Ungaria|Macaristan"),
    ("RO", "Rumänien|Roumanie|Rumanía|Romênia|Roemenië|Rumænien|Rumunia|Rumunsko|Romanya"),
    ("BG", "Bulgarien|Bulgarie|Bulgarije|Bułgaria|Bulharsko|Bulgaristan|България"),
    (
        "SI",
        "Slowenien|Slovénie|Eslovenia|Slovenien|Słowenia|Slovinsko|Szlovénia|Slovenya|Slovenija",
    ),
    (
        "HR",
        "Kroatien|Croatie|Croacia|Croazia|Kroatië|Kroatia|Chorwacja|Chorvatsko|Horvátország \
         |Croația|Hırvatistan|Hrvatska",
    ),
    ("RS", "Serbien|Serbie|Sérvia|Servië|Srbsko|Szerbia|Sırbistan|Србија|Srbija"),
    (
        "BA",
        "Bosnien und Herzegowina|Bosnie-Herzégovine|Bosnia y Herzegovina|Bosnia ed Erzegovina \
         |Bósnia e Herzegovina|Bosnië en Herzegovina|Bosnien och Hercegovina|Bosnien-Hercegovina \
         |Bosnia-Hercegovina|Bosnia ja Hertsegovina|Bośnia i Hercegowina|Bosna a Hercegovina \
         |Bosznia-Hercegovina|Bosnia și Herțegovina|Bosna-Hersek|Bosna i Hercegovina",
    ),
    ("ME", "Czarnogóra|Černá Hora|Muntenegru|Karadağ|Crna Gora"),
    (
        "MK",
        "Nordmazedonien|Macédoine du Nord|Macedonia del Norte|Macedonia del Nord \
         |Macedônia do Norte|Noord-Macedonië|Nordmakedonien|Nord-Makedonia|Pohjois-Makedonia \
         |Macedonia Północna|Severní Makedonie|Észak-Macedónia|Macedonia de Nord|Kuzey Makedonya \
         |Северна Македонија",
    ),
    ("AL", "Albanien|Albanie|Arnavutluk|Shqipëri"),
    ("UA", "Ucrania|Ucraina|Oekraïne|Ukraina|Ukrajina|Ukrajna|Ukrayna|Україна|Украина"),
    (
        "BY",
        "Biélorussie|Bielorrusia|Bielorussia|Bielorrússia|Valko-Venäjä|Białoruś|Bělorusko|Belarusz \
         |Беларусь",
    ),
    ("MD", "Republik Moldau|Moldavie|Moldavia|Moldavien|Mołdawia|Moldavsko|Republica Moldova"),
    (
        "RU",
        "Russland|Russie|Rusia|Rusland|Ryssland|Venäjä|Rosja|Rusko|Oroszország|Rusya|Россия|РФ \
         |Российская Федерация",
    ),
    (
        "TR",
        "Turquie|Turquía|Turchia|Turkije|Turkiet|Tyrkiet|Tyrkia|Turkki|Turcja|Turecko|Törökország \
         |Turcia",
    ),
    ("IL", "Israele|Izrael|İsrail|ישראל"),
    ("EG", "Ägypten|Égypte|Egipto|Egitto|Egito|Egypten|Egypti|Egipt|Egyiptom|Mısır|مصر"),
    ("MA", "Marokko|Maroc|Marruecos|Marocco|Marrocos|Marocko|Maroko|Fas|المغرب"),
    ("DZ", "Algerien|Algérie|Argelia|Algerije|Algeriet|Algieria|Alžírsko|Cezayir|الجزائر"),
    ("TN", "Tunesien|Tunisie|Túnez|Tunesië|Tunisien|Tunezja|Tunisko|Tunézia|Tunus|تونس"),
    (
        "ZA",
        "Südafrika|Afrique du Sud|Sudáfrica|África do Sul|Zuid-Afrika|Sydafrika|Sør-Afrika \
         |Etelä-Afrikka|Republika Południowej Afryki|Jihoafrická republika|Dél-afrikai Köztársaság \
         |Africa de Sud|Güney Afrika",
    ),
    (
        "AE",
        "Vereinigte Arabische Emirate|Émirats arabes unis|Emiratos Árabes Unidos \
         |Emirati Arabi Uniti|Emirados Árabes Unidos|Verenigde Arabische Emiraten \
         |Förenade Arabemiraten|De Forenede Arabiske Emirater|De forente arabiske emirater \
         |Arabiemiirikunnat|Zjednoczone Emiraty Arabskie|Spojené arabské emiráty \
         |Egyesült Arab Emírségek|Emiratele Arabe Unite|Birleşik Arap Emirlikleri \
         |الإمارات العربية المتحدة",
    ),
    (
        "SA",
        "Saudi-Arabien|Arabie saoudite|Arabia Saudí|Arabia Saudita|Saoedi-Arabië|Saudiarabien \
         |Saudi-Arabia|Arabia Saudyjska|Saúdská Arábie|Szaúd-Arábia|Arabia Saudită|Suudi Arabistan \
         |المملكة العربية السعودية",
    ),
    ("IN", "Indien|Inde|Intia|Indie|Hindistan|भारत"),
    ("CN", "Chine|Cina|Kina|Kiina|Chiny|Çin|中国|中华人民共和国"),
    ("JP", "Japon|Giappone|Japão|Japani|Japonia|Japonsko|Japonya|日本|日本国"),
    (
        "KR",
        "Südkorea|Corée du Sud|Corea del Sur|Corea del Sud|Coreia do Sul|Zuid-Korea|Sydkorea \
         |Sør-Korea|Etelä-Korea|Korea Południowa|Jižní Korea|Dél-Korea|Coreea de Sud|Güney Kore \
         |대한민국|한국",
    ),
    ("TW", "Tajwan|Tchaj-wan|Tajvan|Tayvan|台灣"),
    (
        "HK",
        "Sonderverwaltungsregion Hongkong|R.A.S. chinoise de Hong Kong|RAE de Hong Kong (China) \
         |RAS di Hong Kong|Hong Kong, RAE da China|Hongkong SAR van China|Hongkong SAR \
         |SAR Hongkong|Hongkong SAR Kina|Hongkong – Kiinan erityishallintoalue \
         |SRA Hongkong (Chiny)|Hongkong – ZAO Číny|Hongkong KKT|R.A.S. Hong Kong, China \
         |Çin Hong Kong ÖİB|中國香港特別行政區",
    ),
    (
        "TH",
        "Thaïlande|Tailandia|Thailandia|Thaimaa|Tajlandia|Thajsko|Thaiföld|Thailanda|Tayland|ไทย",
    ),
    ("VN", "Vietnã|Wietnam|Việt Nam"),
    ("ID", "Indonesien|Indonésie|Indonezja|Indonézia|Endonezya"),
    (
        "PH",
        "Philippinen|Filipinas|Filippine|Filipijnen|Filippinerna|Filippinerne|Filippinene \
         |Filippiinit|Filipiny|Fülöp-szigetek|Filipine|Filipinler",
    ),
    ("AU", "Australien|Australie|Ausztrália|Avustralya|オーストラリア|澳大利亚"),
    (
        "NZ",
        "Neuseeland|Nouvelle-Zélande|Nueva Zelanda|Nuova Zelanda|Nova Zelândia|Nieuw-Zeeland \
         |Nya Zeeland|Uusi-Seelanti|Nowa Zelandia|Nový Zéland|Új-Zéland|Noua Zeelandă|Yeni Zelanda",
    ),
    ("CA", "Kanada|カナダ|加拿大"),
    ("MX", "Messico|Meksiko|Meksyk|Mexic|Meksika"),
    ("BR", "Brasile|Brazilië|Brasilia|Brazylia|Brazília|Brezilya"),
    ("AR", "Argentinien|Argentine|Argentinië|Argentiina|Argentyna|Arjantin"),
    ("CL", "Chili|Cile|Şili"),
    ("CO", "Kolumbien|Colombie|Kolumbia|Kolumbie|Columbia|Kolombiya"),
    ("PE", "Pérou"),
    ("UY", "Uruguai|Urugwaj"),
    ("EC", "Équateur|Equador|Ekwador|Ekvádor"),
    ("VE", "Wenezuela"),
    ("BO", "Bolivien|Bolivie|Boliwia|Bolivya"),
    ("PY", "Paraguai|Paragwaj"),
    ("CR", "Kostaryka|Kostarika|Kosta Rika"),
    (
        "DO",
        "Dominikanische Republik|République dominicaine|República Dominicana|Repubblica Dominicana \
         |Dominicaanse Republiek|Dominikanska republiken|Den Dominikanske Republik \
         |Den dominikanske republikk|Dominikaaninen tasavalta|Dominikana|Dominikánská republika \
         |Dominikai Köztársaság|Republica Dominicană|Dominik Cumhuriyeti",
    ),
    ("CU", "Kuba|Kuuba"),
];
