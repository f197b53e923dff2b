//! The words in dates: months, weekdays, and the fillers between them.
//!
//! For English, German, French, Spanish, Portuguese, Italian and Dutch the usual abbreviations are known, for
//! other languages the names and abbreviations that CLDR has. A word that is one month in one language and
//! another in the next is no month (`listopada`: November in Polish, October in Croatian).

use std::sync::LazyLock;

use crate::maps::Map;
use crate::normalize::folded;

/// What a word in a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Month(u16),
    /// `mar`: March, or the Tuesday of `mar 3 giu 2026`.
    MonthOrWeekday(u16),
    /// A weekday, `de`, `of`: it says nothing about the date.
    Filler,
}

/// Months in the seven languages, with all abbreviations of three letters and more.
const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "jänner", "janvier", "enero", "janeiro", "gennaio", "januari"],
    &["february", "februar", "feber", "février", "febrero", "fevereiro", "febbraio", "februari"],
    &["march", "märz", "maerz", "mars", "marzo", "março", "marco", "maart", "mrt", "mrz"],
    &["april", "avril", "abril", "aprile"],
    &["may", "mai", "mayo", "maio", "maggio", "mei"],
    &["june", "juni", "juin", "junio", "junho", "giugno"],
    &["july", "juli", "juillet", "julio", "julho", "luglio"],
    &["august", "août", "aout", "agosto", "augustus"],
    &["september", "septembre", "septiembre", "setiembre", "setembro", "settembre", "sept"],
    &["october", "oktober", "octobre", "octubre", "outubro", "ottobre"],
    &["november", "novembre", "noviembre", "novembro"],
    &["december", "dezember", "décembre", "diciembre", "dezembro", "dicembre"],
];

/// Abbreviations that are no beginning of a name above.
const SHORT: [(&str, u16); 2] = [("jun", 6), ("jul", 7)];

/// Months in other languages, each word by itself.
const OTHERS: [&str; 12] = [
    "gener ian ianuarie jaan jaanuar januarie január januára janvāris janúar led leden ledna \
     oca ocak saus sausio sausis sij siječanj siječnja sty styczeń stycznia tammi tammikuu \
     tammikuuta xan xaneiro ιαν ιανουάριος ιανουαρίου сту студзень студзеня січ січень січня \
     янв январь января яну януари јан јануар јануари בינו בינואר ינו ינואר يناير",
    "febreiro febrer februarie február februára februāris febrúar helmi helmikuu helmikuuta \
     lut lutego luty vas vasario vasaris veebr veebruar velj veljača veljače úno únor února \
     şub şubat φεβ φεβρουάριος φεβρουαρίου лют лютага лютий лютого люты феб фебруар фев февр \
     февраль февраля февруари בפבר בפברואר פבר פברואר فبراير",
    "bře březen března kov kovas kovo maalis maaliskuu maaliskuuta mac marca marec maret mart \
     martie marts marzec márc március märts ožu ožujak ožujka μάρ μάρτιος μαρ μαρτίου бер \
     березень березня мар март марта сак сакавік сакавіка במרץ מרץ مارس",
    "aprilie aprill apríl apríla aprīlis bal balandis balandžio dub duben dubna huhti \
     huhtikuu huhtikuuta kwi kwiecień kwietnia nis nisan tra travanj travnja ápr április απρ \
     απρίλιος απριλίου апр апрель апреля април квіт квітень квітня кра красавік красавіка אפר \
     אפריל באפר באפריל أبريل",
    "geg gegužė gegužės kvě květen května maig maijs maj maja mayıs maí máj mája május svi \
     svibanj svibnja touko toukokuu toukokuuta μάι μάιος μαΐ μαΐου май мая мај трав травень \
     травня במאי מאי مايو",
    "birž birželio birželis cze czerwca czerwiec haz haziran iun iunie junie junij juny juuni \
     jún júna június júní jūn jūnijs kesä kesäkuu kesäkuuta lip lipanj lipnja xuño červen \
     června čvn ιουν ιουνίου ιούν ιούνιος июн июнь июня черв червень червня чэр чэрвень \
     чэрвеня юни јун јуни ביוני יוני يونيو",
    "heinä heinäkuu heinäkuuta iul iulie julai julie julij juliol juuli júl júla július júlí \
     jūl jūlijs liep liepa liepos lip lipca lipiec srp srpanj srpnja tem temmuz xul xullo \
     července červenec čvc ιουλ ιουλίου ιούλ ιούλιος июл июль июля лип липень липня ліп \
     ліпень ліпеня юли јул јули ביולי יולי يوليو",
    "agost agu agustus augusta augusti augusts augusztus avg avgust ağu ağustos elo elokuu \
     elokuuta kol kolovoz kolovoza ogo ogos rugp rugpjūtis rugpjūčio sie sierpień sierpnia \
     srp srpen srpna ágú ágúst αυγ αυγούστου αύγ αύγουστος авг август августа жні жнівень \
     жніўня серп серпень серпня אוג אוגוסט באוג באוגוסט أغسطس",
    "eyl eylül rugs rugsėjis rugsėjo ruj rujan rujna septembar septembra septembrie \
     septembris setembre syys syyskuu syyskuuta szept szeptember wrz wrzesień września zář \
     září σεπ σεπτέμβριος σεπτεμβρίου вер верасень верасня вересень вересня сент сентябрь \
     сентября сеп септембар септември בספט בספטמבר ספט ספטמבר سبتمبر",
    "eki ekim lis listopad listopada loka lokakuu lokakuuta octombrie oktobar oktobris \
     oktoober október októbra paź październik października spal spalio spalis říj říjen října \
     οκτ οκτωβρίου οκτώβριος жовт жовтень жовтня кас кастрычнік кастрычніка окт октобар \
     октомври октябрь октября אוק אוקטובר באוק באוקטובר أكتوبر",
    "kas kasım lapkr lapkritis lapkričio lis listopad listopada listopadu marras marraskuu \
     marraskuuta noiembrie novembar novembra novembris nóv nóvember stu studeni studenoga νοέ \
     νοέμβριος νοε νοεμβρίου лист листопад листопада ліс лістапад лістапада нов новембар ное \
     ноември нояб ноябрь ноября בנוב בנובמבר נוב נובמבר نوفمبر",
    "ara aralık decembar decembra decembrie decembris decembro des desember desembre dets \
     detsember dis disember gru grudnia grudzień gruod gruodis gruodžio joulu joulukuu \
     joulukuuta pro prosinac prosinca prosince prosinec δεκ δεκέμβριος δεκεμβρίου груд \
     грудень грудня дек декабрь декабря декември дец децембар сне снежань снежня בדצמ בדצמבר \
     דצמ דצמבר ديسمبر",
];

const WEEKDAYS: &str = "ahad ahd an antradienis ba bảy ceturtd ceturtdiena chủ cmt cs csütörtök cum cuma \
     cumartesi czw czwartek dc dg di dienstag dijous dilluns dim dimanche dimarts dimecres \
     dinsdag dissabte diumenge divendres dj dl do dom domenica domingo donderdag donnerstag \
     ds dt dum duminică dv esmaspäev feira fim fimmtudagur fr fre fredag freitag fri friday \
     fös föstudagur gio giovedì hai hétfő isn isnin jeu jeudi joi jue jueves jum jumaat jumat \
     kam kamis ke kedd keskiviikko keskiviikkona ketvirtadienis kha khamis kolmapäev kt la \
     lau lauantai lauantaina laugardagur laupäev lun lundi lunedì lunes luni luns lör lördag \
     lør lørdag ma maanantai maanantaina maandag man mandag mardi martedì martes marți mer \
     mercoledì mercredi mi mie miercuri min minggu mittwoch mié miércoles mið miðvikudagur mo \
     mon monday montag mán mánudagur mån måndag mér mércores ne ned nedelja nedeľa nedjelja \
     neděle neljapäev nhật niedz niedziela năm ons onsdag otrd otrdiena paz pazar pazartesi \
     pe penktadienis per perjantai perjantaina perşembe pet petak petek pi piatok piektd \
     piektdiena pirmadienis pirmd pirmdiena piątek pn po pon pondelok pondělí ponedeljak \
     ponedeljek ponedjeljak poniedziałek pr pt pzt pá pátek péntek pühapäev qua quarta qui \
     quinta rab rabu reede sa sab sabato sabtu sal salı sam samedi samstag sat saterdag \
     saturday seg segunda sekmadienis sel selasa sen senin sestd sestdiena sex sexta sk so \
     sob sobota sondag sonnabend sonntag sre sreda sri srijeda st streda středa su sub subota \
     sun sunday sunnudagur sunnuntai svētd svētdiena sze szerda szo szombat sáb sábado sáu \
     sâm sâmbătă sön söndag søn søndag teisipäev ter terça thu thur thurs thursday thứ ti \
     tiistai tiistaina tir tirs tirsdag tis tisdag to tor torek tors torsdag torstai \
     torstaina tr trečiadienis trešd trešdiena tue tues tuesday tư ut uto utorak utorok \
     vasárnap ven vendredi venerdì venres vie viernes vin vineri vr vrijdag vrydag wed \
     wednesday weds wo woensdag wt wtorek xov xoves za zaterdag zo zondag çar çarşamba út \
     úterý þri þriðjudagur čet četrtek četvrtak čt čtvrtek śr środa šeštadienis št štvrtok \
     δευ δευτέρα κυρ κυριακή πέμ πέμπτη παρ παρασκευή σάβ σάββατο τετ τετάρτη τρί τρίτη аў \
     аўторак воскресенье вс вт вто вторник вівторок нд нед недела неделя недеља неділя \
     нядзеля пʼятниця панядзелак пет петак петок петък пн пон понеделник понедельник \
     понедељак понеділок пт пятница пятніца саб сабота сб серада середа ср сре среда сряда \
     суб суббота субота събота уто уторак чацвер чет четвер четверг четвртак четврток \
     четвъртък чт чц חמישי יום ראשון רביעי שבת שישי שלישי שני الأحد الأربعاء الاثنين الثلاثاء \
     الجمعة الخميس السبت";

const FILLERS: &str =
    "thg am at d de del den der di el gada il le m ngày o of the tháng um van г р";

static WORDS: LazyLock<Map<String, Word>> = LazyLock::new(|| {
    // `None`: a month here and another there.
    let mut months: Map<String, Option<u16>> = Map::default();
    let mut add = |word: String, month: u16| {
        let known = months.entry(folded(&word)).or_insert(Some(month));
        if *known != Some(month) {
            *known = None;
        }
    };
    for ((month, names), others) in (1..).zip(MONTHS).zip(OTHERS) {
        for name in names {
            add((*name).to_owned(), month);
            let letters = name.chars().count();
            (3..letters).for_each(|n| add(name.chars().take(n).collect(), month));
        }
        others.split(' ').for_each(|word| add(word.to_owned(), month));
    }
    SHORT.iter().for_each(|(short, month)| add((*short).to_owned(), *month));
    let mut words = Map::default();
    for (word, month) in months {
        let month = month.map(|month| match word.as_str() {
            "mar" => Word::MonthOrWeekday(month),
            _ => Word::Month(month),
        });
        words.extend(month.map(|month| (word, month)));
    }
    for filler in WEEKDAYS.split(' ').chain(FILLERS.split(' ')) {
        words.entry(folded(filler)).or_insert(Word::Filler);
    }
    words
});

/// What a word is, if it is one of a date.
pub(super) fn word(text: &str) -> Option<Word> {
    let text = folded(text);
    let is_weekday = |text: &str| {
        text.starts_with("星期")
            || text.starts_with(['週', '周'])
            || text.ends_with("曜日")
            || text.ends_with("요일")
    };
    match WORDS.get(text.as_str()) {
        Some(word) => Some(*word),
        None => is_weekday(&text).then_some(Word::Filler),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_month_and_its_abbreviations_are_one_month() {
        for (month, names) in (1..).zip(MONTHS) {
            for name in names {
                assert_eq!(word(name), Some(Word::Month(month)), "{name}");
                let short: String = name.chars().take(4).collect();
                assert_eq!(word(&short.to_uppercase()), Some(Word::Month(month)), "{short}");
            }
        }
        assert_eq!(word("Mon"), Some(Word::Filler));
        assert_eq!(word("foo"), None);
    }

    #[test]
    fn a_word_that_is_two_months_is_none() {
        for ambiguous in ["listopada", "lip", "lis", "srp"] {
            assert_eq!(word(ambiguous), None, "{ambiguous}");
        }
        assert_eq!(word("listopadu"), Some(Word::Month(11)));
        assert_eq!(word("декабря"), Some(Word::Month(12)));
    }
}
