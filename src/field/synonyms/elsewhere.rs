//! What columns are called in twenty-two more languages: the names that address lists and the exports of shops and CRMs
//! have in Polish, Czech, Slovak, Croatian, Slovene, Bulgarian, Danish, Norwegian, Finnish, Turkish, Hungarian, Romanian,
//! Russian, Ukrainian, Greek, Hebrew, Arabic, Indonesian, Vietnamese, Japanese, Chinese and Korean.
//!
//! Phrases that mean something else in another language are left out, and so is whatever a language says
//! with one word where it takes the columns beside it to know what is meant.

/// Object and field key of a contact, as in [`CONTACT`](super::CONTACT).
pub(crate) const CONTACT_ELSEWHERE: &[(&str, &str)] = &[
    (
        "first_name",
        "imie | imiona | krestni jmeno | fornavn | etunimi | keresztnev | utonev | prenume | ім я | 名 \
         | nama depan | όνομα | ονομα | שם פרטי | الاسم الأول | الاسم الاول \
         | meno | krstne meno | ime | име",
    ),
    (
        "last_name",
        "nazwisko | prijmeni | etternavn | efternavn | sukunimi | soyad | soyadi | soyisim | vezeteknev | csaladnev \
         | nume de familie | фамилия | прізвище | 姓 | 苗字 | 姓氏 | 성 \
         | nama belakang | nama keluarga | επώνυμο | επωνυμο | επίθετο | שם משפחה | اسم العائلة | اللقب \
         | priezvisko | prezime | priimek",
    ),
    (
        "name",
        "imie nazwisko | nazwisko imie | imie i nazwisko | nazwisko i imie | jmeno a prijmeni | jmeno prijmeni \
         | prijmeni a jmeno | prijmeni jmeno | cele jmeno | navn | fulde navn | fullt navn | for og efternavn \
         | for og etternavn | nimi | koko nimi | etunimi ja sukunimi | ad soyad | adi soyadi | isim soyisim | ad ve soyad | musteri adi \
         | teljes nev | partner neve | vevo neve | ugyfel neve | nume complet | nume si prenume | prenume si nume | имя и фамилия | фамилия и имя | фамилия имя \
         | имя фамилия | полное имя | контактное лицо | контакт | основной контакт \
         | osoba kontaktowa | osoba do kontaktu | kontaktni osoba | kontaktna osoba | kontakt osoba | yhteyshenkilo | kapcsolattarto | persoana de contact | yetkili kisi | ilgili kisi \
         | nama | nama lengkap | ονοματεπώνυμο | ονοματεπωνυμο | שם מלא | الاسم الكامل | الاسم \
         | meno a priezvisko | ime i prezime | ime in priimek | име и фамилия \
         | họ va ten | họ ten",
    ),
    (
        "email",
        "adres email | adresy email | adres mailowy | adres poczty elektronicznej | poczta elektroniczna \
         | adresa elektronicke posty | emailova adresa | epostadresse | sahkoposti \
         | sahkopostiosoite | eposta | eposta adresi | email adresi | mail adresi | email cim | elektronikus levelcim \
         | adresa email | adresa de email | электронная почта | эл почта | адрес эл почты | почта | адрес электронной почты | email адрес \
         | электронный адрес | имейл | електронна пошта | пошта | メール | メールアドレス | eメール | eメールアドレス | 電子メール \
         | 電子メールアドレス | email アドレス | 邮箱 | 电子邮箱 | 邮箱地址 | 电子邮件 | 电子邮件地址 | 邮件地址 | 郵箱 | 電子郵件 | 電子信箱 \
         | 電郵 | 이메일 | 이메일 주소 | 전자우편 | 메일 \
         | alamat email | surel | ηλεκτρονική διεύθυνση | אימייל | דוא ל | כתובת אימייל | البريد الإلكتروني | البريد الالكتروني | الإيميل | الايميل \
         | emailova adresa | имейл адрес",
    ),
    (
        "phone",
        "telefonu | numer telefonu | nr telefonu | nr tel | telefon stacjonarny | telefonni cislo | cislo telefonu \
         | tlf nr | puhelin | puhelinnumero | puh | puh nro | telefon no | telefon numarasi | telefonszam \
         | numar de telefon | numar telefon | nr de telefon | телефон | телефоны | номер телефона | тел | контактный телефон \
         | номер телефону | 電話 | 電話番号 | 自宅電話 | 自宅電話番号 | 连络电话 | 联系电话 | 电话 | 电话号码 | 固定电话 | 座机 | 電話號碼 | 聯絡電話 | 전화 \
         | 전화번호 | 연락처 \
         | nomor telepon | no telepon | telepon | no telp | τηλέφωνο | τηλεφωνο | טלפון | מספר טלפון | الهاتف | رقم الهاتف | هاتف \
         | telefonne cislo | broj telefona | telefonska stevilka | телефонен номер \
         | số điện thoại | điện thoại | sđt",
    ),
    ("additional_phones", "telefon w pracy | is telefonu | is tel | ev telefonu | ev tel"),
    (
        "company",
        "nazwa firmy | firma nazwa | przedsiebiorstwo | nazev firmy | spolecnost | nazev spolecnosti | virksomhed \
         | virksomhedsnavn | firmanavn | bedrift | bedriftsnavn | selskap | yritys | yrityksen nimi | sirket | sirket adi \
         | sirket ismi | firma adi | ceg | cegnev | ceg neve | companie | nume companie | nume firma | numele companiei \
         | компания | название компании | организация | фирма | компанія | назва компанії | організація | 会社 | 会社名 | 法人名 \
         | 企業名 | 貴社名 | 御社名 | 勤務先 | 公司 | 公司名称 | 企业名称 | 单位 | 单位名称 | 公司名稱 | 회사 | 회사명 \
         | perusahaan | nama perusahaan | εταιρεία | εταιρεια | επωνυμία εταιρείας | חברה | שם החברה | الشركة | اسم الشركة \
         | nazov firmy | spolocnost | tvrtka | podjetje \
         | cong ty | ten cong ty",
    ),
    (
        "address",
        "ulica | ulica i numer | ulica i nr | ulica nr | adres zamieszkania | adresa | ulice | ulice a cislo \
         | ulice a cislo popisne | ulice cp | gade | gade og nr | gadenavn | vej | vejnavn | gateadresse | adresselinje | osoite \
         | katuosoite | postiosoite | adres satiri | acik adres | cim | utca | utca hazszam | utca es hazszam | strada \
         | strada si numar | адрес | адреса | улица | почтовый адрес | вулиця | 住所 | 番地 | 地址 | 详细地址 | 联系地址 \
         | 通讯地址 | 街道地址 | 주소 \
         | alamat | alamat lengkap | διεύθυνση | διευθυνση | כתובת | العنوان \
         | địa chỉ \
         | ulica a cislo",
    ),
    (
        "city",
        "miasto | miejscowosc | mesto | obec | kaupunki | postitoimipaikka | poststed | bynavn | sehir | varos | telepules \
         | helyseg | oras | localitate | город | населенный пункт | місто | 市区町村 | 市町村 | 市 | 城市 | 도시 | 시군구 \
         | kota | πόλη | πολη | עיר | المدينة \
         | obec mesto | град \
         | thanh phố",
    ),
    (
        "state",
        "wojewodztwo | fylke | maakunta | megye | judet | область | регион область | 都道府県 | 省份 | 省 | 시도",
    ),
    (
        "postal_code",
        "kod pocztowy | kod poczt | psc | postovni smerovaci cislo | postinumero | posta kodu | iranyitoszam \
         | irsz | почтовый индекс | индекс | поштовий індекс | індекс | 郵便番号 | 〒 | 邮编 | 邮政编码 | 郵遞區號 \
         | 우편번호 \
         | kode pos | ταχυδρομικός κώδικας | τ κ | מיקוד | الرمز البريدي \
         | postanski broj | postna stevilka | пощенски код",
    ),
    (
        "country",
        "kraj | zeme | maa | ulke | orszag | tara | страна | країна | 国 | 国名 | 国家 | 國家 | 국가 | 나라 \
         | land omrade | negara | χώρα | χωρα | מדינה | الدولة | البلد \
         | krajina | drzava | държава",
    ),
    (
        "timezone",
        "strefa czasowa | casove pasmo | tidszone | tidssone | aikavyohyke | часовой пояс | タイムゾーン | 时区",
    ),
    (
        "website",
        "strona www | strona sieci web | strona internetowa | adres www | www | webove stranky | webova stranka | hjemmeside | nettside \
         | nettsted | verkkosivu | verkkosivusto | kotisivu | web sitesi | internet sitesi | weboldal | honlap \
         | сайт | веб сайт | ウェブサイト | ホームページ | 网站 | 网址 | 公司网站 | 웹사이트 | 홈페이지",
    ),
    (
        "source",
        "zrodlo | zrodlo kontaktu | zrodlo leada | zdroj | zdroj kontaktu | kilde | leadkilde | lahde | kaynak | forras | sursa \
         | источник | джерело | 流入元 | リードソース | 来源 | 客户来源 | 线索来源 | 유입 경로",
    ),
    (
        "date_of_birth",
        "data urodzenia | data ur | urodziny | datum narozeni | narozeniny | fodselsdato | fodselsdag | syntymaaika \
         | syntymapaiva | dogum tarihi | dogum gunu | szuletesi datum | szuletesi ido | szuletesnap | data nasterii | data nastere \
         | дата рождения | день рождения | дата народження | 生年月日 | 誕生日 | 生日 | 出生日期 | 생년월일 | 생일 \
         | tanggal lahir | tgl lahir | ημερομηνία γέννησης | תאריך לידה | تاريخ الميلاد \
         | datum narodenia | datum rođenja | datum rodenja | datum rojstva | дата на раждане \
         | ngay sinh",
    ),
    (
        "tags",
        "tagi | etykiety | stitky | emneord | tunnisteet | etiketler | cimkek | etichete | теги | метки | タグ | 标签 | 標籤 | 태그",
    ),
    (
        "notes",
        "uwagi | notatki | notatka | komentarz | poznamka | poznamky | bemaerkning | bemaerkninger | merknad | merknader \
         | notater | notat | noter | huomautus | huomautukset | muistiinpanot | lisatiedot | notlar | aciklama | megjegyzes \
         | megjegyzesek | observatii | примечание | примечания | комментарий | комментарии | заметки | примітка | примітки \
         | коментар | 備考 | メモ | 备注 | 備註 | 비고 | 메모 \
         | catatan | σημειώσεις | παρατηρήσεις | הערות | ملاحظات \
         | napomena | napomene | opomba | бележки \
         | ghi chu",
    ),
];

/// Mobile phones.
pub(crate) const MOBILE_ELSEWHERE: &str = "telefon komorkowy | tel komorkowy | tel kom | komorka | numer komorkowy | mobilni telefon | mobilni cislo \
     | mobiltlf | matkapuhelin | matkapuhelinnumero | kannykka | cep telefonu \
     | cep telefon | cep tel | cep no | cep numarasi | gsm no | mobiltelefonszam | mobilszam | telefon mobil | numar mobil \
     | мобильный | мобильный телефон | сотовый | сотовый телефон | мобильный номер | мобільний | мобільний телефон | 携帯 | 携帯電話 \
     | 携帯番号 | 携帯電話番号 | 手机 | 手机号 | 手机号码 | 移动电话 | 手機 | 手機號碼 | 휴대폰 | 휴대전화 | 휴대폰 번호 | 핸드폰 \
     | no hp | nomor hp | nomor ponsel | κινητό | κινητο | κινητό τηλέφωνο | נייד | טלפון נייד | الجوال | رقم الجوال | الموبايل \
     | mobitel | mobilny telefon | mobilni broj | мобилен телефон | мобилен";

/// Full names of which the family name may stand first: a person should look at them.
pub(crate) const NAMES_ELSEWHERE: &str = "фио | піб | 氏名 | お名前 | 名前 | 姓名 | 联系人姓名 | 客户姓名 | 이름 | 성명 | 성함 | nev \
     | nachname vorname | last name first name | surname first name | apellidos y nombre | apellidos y nombres \
     | apellido y nombre | apellidos nombre | sobrenome e nome | achternaam voornaam | efternamn fornamn";

/// Field key of an opportunity, as in [`OPPORTUNITY`](super::OPPORTUNITY).
pub(crate) const OPPORTUNITY_ELSEWHERE: &[(&str, &str)] = &[
    (
        "name",
        "szansa sprzedazy | nazwa szansy | nazwa szansy sprzedazy | nazwa transakcji | nazev obchodu | obchodni prilezitost \
         | nazev prilezitosti | salgsmulighed | salgsmulighet | aftalenavn | aftalens navn | navn pa aftale | avtalenavn | avtalens navn | mulighed navn | kaupan nimi | myyntimahdollisuus | firsat adi \
         | firsat | anlasma adi | сделка | название сделки | угода | назва угоди | 商談 | 商談名 | 案件名 | 取引名 | 商机 | 商机名称 | 机会名称 \
         | 交易名称 | 거래명 | 기회명",
    ),
    (
        "pipeline",
        "lejek | lejek sprzedazy | воронка | воронка продаж | воронка сделки | パイプライン | 销售管道 | 파이프라인",
    ),
    (
        "stage",
        "etap sprzedazy | etap szansy | etap lejka | faze obchodu | aftalefase | salgsfase | avtalefase | etap transakcji | этап сделки | стадия сделки | этап продажи \
         | етап угоди | 商談フェーズ | 销售阶段 | 商机阶段 | 거래 단계",
    ),
    (
        "value",
        "wartosc szansy | wartosc transakcji | hodnota obchodu | сумма сделки | бюджет сделки | сума угоди | 商談金額 | 商机金额 \
         | 거래 금액",
    ),
    (
        "lost_reason",
        "powod utraty | powod przegranej | duvod prohry | причина отказа | причина проигрыша | 失注理由 | 输单原因",
    ),
    (
        "expected_close_date",
        "data zamkniecia | planowana data zamkniecia | przewidywana data zamkniecia | oczekiwana data zamkniecia \
         | datum uzavreni | predpokladane datum uzavreni | forventet lukkedato | forventet avslutningsdato \
         | tahmini kapanis tarihi | kapanis tarihi | дата закрытия | ожидаемая дата закрытия | дата закриття | 完了予定日 | 受注予定日 \
         | 预计成交日期 | 预计结束日期 | 预计签单日期 | 예상 마감일",
    ),
];

/// Names that both objects use, as in [`SHARED`](super::SHARED).
pub(crate) const SHARED_ELSEWHERE: &[(&str, Option<&str>, Option<&str>)] = &[
    (
        "wartosc | kwota | hodnota | castka | belob | belop verdi | verdi | vaerdi | arvo | tutar | deger | сумма | бюджет | сума | 金額 | 金额 | 금액",
        None,
        Some("value"),
    ),
    (
        "etap | faza | faze | vaihe | asama | этап | стадия | етап | フェーズ | ステージ | 阶段 | 단계",
        None,
        Some("stage"),
    ),
    (
        "uwagi | notatki | poznamka | bemaerkninger | merknader | примечание | комментарий | 備考 | 备注",
        Some("notes"),
        Some("notes"),
    ),
    (
        "wlasciciel | przypisany do | vlastnik | ansvarlig | omistaja | ответственный",
        Some("owner"),
        Some("owner"),
    ),
];
