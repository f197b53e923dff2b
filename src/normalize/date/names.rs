//! The words in dates: months, weekdays, and the fillers between them, as CLDR has them for most languages.

/// Months in the seven languages, with all abbreviations of three letters and more.
pub(super) const MONTHS: [&[&str]; 12] = [
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
pub(super) const SHORT: [(&str, u16); 2] = [("jun", 6), ("jul", 7)];

/// Months in other languages, each word by itself.
pub(super) const OTHERS: [&str; 12] = [
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
    "ag agost agu agustus augusta augusti augusts augusztus avg avgust ağu ağustos elo elokuu \
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

/// Months in further languages, most of which are not written in Latin letters. `_` stands for a space.
pub(super) const FURTHER: [&str; 12] = [
    "ean eanáir ion ionawr janaayo janar jannaayo jannar januwari janyuwari yanvar ýan ýanwar \
     январ қаң қаңтар հնվ հունվար հունվարի جانفي جنوري جنوری كانون_الثاني ژانویه जनवरी जन॰ \
     जाने जानेवारी জানু জানুয়ারি ਜਨ ਜਨਵਰੀ જાન્યુ જાન્યુઆરી ஜன ஜனவரி జన జనవరి ಜನ ಜನವರಿ ജനു \
     ജനുവരി දුරුතු ม.ค มกราคม ມ.ກ ມັງກອນ ဇန် ဇန်နဝါရီ იან იანვარი ጃን ጃንዋሪ មករា",
    "chw chwef chwefror feabh feabhra febraayo februwari fevral few fewral fra frar peb \
     pebrero shk shkurt ақп ақпан феврал փետրվար փետրվարի փտվ شباط فبروري فروری فوریه فيفري \
     فېبروري फ़रवरी फ़र॰ फेब्रु फेब्रुअरी फेब्रुवारी ফেব ফেব্রুয়ারি ਫ਼ਰ ਫ਼ਰਵਰੀ ફેબ્રુ \
     ફેબ્રુઆરી பிப் பிப்ரவரி ఫిబ్ర ఫిబ్రవరి ಫೆಬ್ರ ಫೆಬ್ರವರಿ ഫെബ്രു ഫെബ്രുവരി නවම් ก.พ \
     กุมภาพันธ์ ກ.ພ ກຸມພາ ဖေ ဖေဖော်ဝါရီ თებ თებერვალი ፌብ ፌብሩዋሪ កុម្ភៈ",
    "maarso machi marso marzu mashi matshi mawrth márta mäe mäerz нау наурыз մարտ մարտի մրտ \
     آذار مارچ मार्च মার্চ ਮਾਰਚ માર્ચ மார் மார்ச் మార్చి ಮಾರ್ಚ್ മാർ മാർച്ച് මැදින් มี.ค \
     มีนาคม ມ.ນ ມີນາ မတ် მარ მარტი ማርች មីនា",
    "abriil abrëll aib aibreán aprel aprili ebr ebrill eph ephreli epr epreli pri prill апрел \
     сәу сәуір ապր ապրիլ ապրիլի آوریل أفريل إبريل اپریل نيسان अप्रिल अप्रैल एप्रि एप्रिल \
     এপ্রি এপ্রিল ਅਪ੍ਰੈ ਅਪ੍ਰੈਲ એપ્રિલ ஏப் ஏப்ரல் ఏప్రి ఏప్రిల్ ಏಪ್ರಿ ಏಪ್ರಿಲ್ ഏപ്രി ഏപ്രിൽ බක් \
     เม.ย เมษายน ມ.ສ ເມສາ ဧပြီ აპრ აპრილი ኤፕሪ ኤፕሪል មេសា",
    "beal bealtaine maayo maý mee mej mejju mey meyi мам мамыр մայիս մայիսի մյս أيار مئی ماي \
     مه مۍ मई मे মে ਮਈ મે மே మే ಮೇ മേയ് වෙසක් พ.ค พฤษภาคม ພ.ພ ພຶດສະພາ မေ მაი მაისი ሜይ ឧសភា",
    "hun hunyo iyn iyun iýun juun meh mehefin meith meitheamh qer qershor ġun ġunju мау \
     маусым հնս հունիս հունիսի جوان جون حزيران ژوئن जुन जून জুন ਜੂਨ જૂન ஜூன் జూన్ ಜೂನ್ ജൂൺ \
     පොසොන් มิ.ย มิถุนายน ມິ.ຖ ມິຖຸນາ ဇွန် ივნ ივნისი ጁን មិថុនា",
    "gor gorff gorffennaf hul hulyo iyl iyul iúil iýul julayi korr korrik lul lulju luulyo \
     шіл шілде հլս հուլիս հուլիսի تموز جولائی جولای جويلية يوليوز ژوئیه जुलाई जुलै जुल॰ জুল \
     জুলাই ਜੁਲਾ ਜੁਲਾਈ જુલાઈ ஜூலை జులై ಜುಲೈ ജൂലൈ ඇසළ ก.ค กรกฎาคม ກ.ລ ກໍລະກົດ ဇူ ဇူလိုင် ივლ \
     ივლისი ጁላይ កក្កដា",
    "aga agasti agosti auguscht avq avqust awg awgust awst aww awwissu gush gusht lún lúnasa \
     ogosto ogs там тамыз օգոստոս օգոստոսի օգս آب أغشت أوت اوت اګست اگست غشت अगस्ट अगस्त अग॰ \
     ऑग ऑगस्ट আগ আগস্ট ਅਗ ਅਗਸਤ ઑગસ્ટ ஆக ஆகஸ்ட் ఆగ ఆగస్టు ಆಗ ಆಗಸ್ಟ್ ഓഗ ഓഗസ്റ്റ് නිකිණි ส.ค \
     สิงหาคม ສ.ຫ ສິງຫາ ဩဂုတ် აგვ აგვისტო ኦገስ ኦገስት សីហា",
    "medi meán_fómhair mfómh seb sebteembar sebtembar sentabr sentyabr sentýabr septemba \
     septhemba septämber settembru setyembre sht shtator сен сентябр қыр қыркүйек սեպ \
     սեպտեմբեր սեպտեմբերի أيلول ستمبر سپتامبر سپتمبر سېپتمبر شتمبر شتنبر सप्टें सप्टेंबर \
     सितंबर सित॰ सेप्टेम्बर সেপ সেপ্ট সেপ্টেম্বর ਸਤੰ ਸਤੰਬਰ સપ્ટે સપ્ટેમ્બર செப் செப்டம்பர் \
     సెప్టెం సెప్టెంబర్ ಸೆಪ್ಟೆಂ ಸೆಪ್ಟೆಂಬರ್ സെപ്റ്റം സെപ്റ്റംബർ බිනර ก.ย กันยายน ກ.ຍ ກັນຍາ စက် \
     စက်တင်ဘာ სექ სექტემბერი ሴፕቴ ሴፕቴምበር កញ្ញា",
    "deireadh_fómhair dfómh hyd hydref oktabr okthoba okthobha oktoba oktoobar oktubre \
     oktyabr oktýabr ottubru tet tetor октябр қаз қазан հոկ հոկտեմբեր հոկտեմբերի اکتبر اکتوبر \
     تشرين_الأول अक्टूबर अक्टू॰ अक्टोबर ऑक्टो ऑक्टोबर অক্টো অক্টোবর ਅਕਤੂ ਅਕਤੂਬਰ ઑક્ટો ઑક્ટોબર \
     அக் அக்டோபர் అక్టో అక్టోబర్ ಅಕ್ಟೋ ಅಕ್ಟೋಬರ್ ഒക്ടോ ഒക്ടോബർ වප් ต.ค ตุลาคม ຕ.ລ ຕຸລາ အောက် \
     အောက်တိုဘာ ოქტ ოქტომბერი ኦክቶ ኦክቶበር តុលា",
    "nob nobyembre nof noofeembar novemba novembru novämber noy noyabr noý noýabr nën nëntor \
     samh samhain tach tachwedd ноя ноябр қар қараша նոյ նոյեմբեր նոյեմբերի تشرين_الثاني \
     نوامبر نومبر نونبر नवंबर नव॰ नोभेम्बर नोव्हें नोव्हेंबर নভে নভেম্বর ਨਵੰ ਨਵੰਬਰ નવે \
     નવેમ્બર நவ நவம்பர் నవం నవంబర్ ನವೆಂ ನವೆಂಬರ್ നവം നവംബർ ඉල් พ.ย พฤศจิกายน ພ.ຈ ພະຈິກ နို \
     နိုဝင်ဘာ ნოე ნოემბერი ኖቬም ኖቬምበር វិច្ឆិកា",
    "dek dekabr desemba dezämber dhj dhjetor diseembar disemba disyembre diċ diċembru noll \
     nollaig rhag rhagfyr декабр жел желтоқсан դեկ դեկտեմբեր դեկտեմբերի دجمبر دجنبر دسامبر \
     دسمبر كانون_الأول डिसें डिसेंबर डिसेम्बर दिसंबर दिस॰ ডিসে ডিসেম্বর ਦਸੰ ਦਸੰਬਰ ડિસે \
     ડિસેમ્બર டிச டிசம்பர் డిసెం డిసెంబర్ ಡಿಸೆಂ ಡಿಸೆಂಬರ್ ഡിസം ഡിസംബർ උඳුවප් ธ.ค ธันวาคม ທ.ວ \
     ທັນວາ ဒီ ဒီဇင်ဘာ დეკ დეკემბერი ዲሴም ዲሴምበር ធ្នូ",
];

pub(super) const WEEKDAYS: &str = "ahad ahd an antradienis ba bảy ceturtd ceturtdiena chủ cmt cs csütörtök cum cuma \
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

/// Weekdays in these languages, and the words beside them.
pub(super) const FURTHER_WEEKDAYS: &str = "alhamisi ann anna aoine arbaco arbc axad axd axşamı bazar bil bin biy biyernes caw cawe \
     chor chorshanba céad céadaoin cümə die diel domh domhnaigh don donneschdeg du dunschtig \
     dush dushanba duş duşenbe dydd dé déar déardaoin dën dënschdeg e enj enjte erb erbgħa \
     ertəsi freideg friitig frí fríggjadagur gwe gwen gwener haoine hla huw huwebes hën hënë \
     hós hósdagur iau ijumaa is isniin isonto it jimco jmc juma jumamosi jumanne jumapili \
     jumatano jumatatu khamiis khms laurdag ley leygardagur lin linggo llun luain luan lwesb \
     lwesibini lwesihlanu lwesine lwesithathu martë maw mercher mgq mgqibelo mik mikudagur \
     mittwuch miy miyerkules mso mvu mvulo máirt mánadagur mä määntig må méi méindeg mër \
     mërkurë mët mëttwoch on pay payshanba pen penşenbe pre premte sabado sabti sad sadwrn \
     samschdeg samschtig sath sathairn sbti sesh seshanba shan shanba shtunë sib sibt sin siş \
     sişenbe son sonndeg sul sunntig sø ta talaado tha tldo tli tlieta tne tnejn ty tysdag \
     týs týsdagur ulwesibili ulwesihlanu ulwesine ulwesithathu umgqibelo umsombuluko yak \
     yakshanba zi ziischtig çarşenbe çərşənbə ýek ýekşenbe ġim ġimgħa ħad ħadd ħam ħamis şen \
     şenbe şənbə бейсенбі бс дс душ душанба дүйсенбі ж жексенбі жм жс жум жума жұма недјеља \
     пай пайшанба понедјељак сейсенбі сенбі сеш сешанба сри сриједа сс сәрсенбі чор чоршанба \
     шан шанба якш якшанба երեքշաբթի երկ երկուշաբթի երք թ կիր կիրակի հինգշաբթի հնգ շաբաթ շբթ \
     ուր ուրբաթ չորեքշաբթի չրք اتوار اونۍ بدھ جمعرات جمعه جمعہ دوشنبه سه سهشنبه شنبه منگل پنج \
     پنجشنبه پیر چهارشنبه ہفتہ یکشنبه आइत आइतबार गुरु गुरुवार बिहि बिहिबार बुध बुधबार बुधवार \
     मंगल मंगलवार मंगळ मंगळवार मङ्गल मङ्गलबार रवि रविवार शनि शनिबार शनिवार शुक्र शुक्रबार \
     शुक्रवार सोम सोमबार सोमवार বুধ বুধবার বৃহস্পতি বৃহস্পতিবার মঙ্গল মঙ্গলবার রবি রবিবার শনি \
     শনিবার শুক্র শুক্রবার সোম সোমবার ਐਤ ਐਤਵਾਰ ਬੁੱਧ ਬੁੱਧਵਾਰ ਮੰਗਲ ਮੰਗਲਵਾਰ ਵੀਰ ਵੀਰਵਾਰ ਸ਼ਨੀ \
     ਸ਼ਨੀਵਾਰ ਸ਼ੁੱਕਰ ਸ਼ੁੱਕਰਵਾਰ ਸੋਮ ਸੋਮਵਾਰ ગુરુ ગુરુવાર બુધ બુધવાર મંગળ મંગળવાર રવિ રવિવાર શનિ \
     શનિવાર શુક્ર શુક્રવાર સોમ સોમવાર சனி செவ் செவ்வாய் ஞாயி ஞாயிறு திங் திங்கள் புத புதன் \
     வியா வியாழன் வெள் வெள்ளி ఆది ఆదివారం గురు గురువారం బుధ బుధవారం మంగళ మంగళవారం శని శనివారం \
     శుక్ర శుక్రవారం సోమ సోమవారం ಗುರು ಗುರುವಾರ ಬುಧ ಬುಧವಾರ ಭಾನು ಭಾನುವಾರ ಮಂಗಳ ಮಂಗಳವಾರ ಶನಿ ಶನಿವಾರ \
     ಶುಕ್ರ ಶುಕ್ರವಾರ ಸೋಮ ಸೋಮವಾರ ചൊവ്വ ചൊവ്വാഴ്ച ഞായറാഴ്ച ഞായർ തിങ്കളാഴ്ച തിങ്കൾ ബുധനാഴ്ച ബുധൻ \
     വെള്ളി വെള്ളിയാഴ്ച വ്യാഴം വ്യാഴാഴ്ച ശനി ശനിയാഴ്ച අඟහ අඟහරුවාදා ඉරිදා බදාදා බ්රහස් \
     බ්රහස්පතින්දා සඳුදා සිකු සිකුරාදා සෙන සෙනසුරාදා ค.ศ จันทร์ พฤหัส พุธ วันจันทร์ \
     วันจันทร์ที่ วันพฤหัสบดี วันพฤหัสบดีที่ วันพุธ วันพุธที่ วันศุกร์ วันศุกร์ที่ วันอังคาร \
     วันอังคารที่ วันอาทิตย์ วันอาทิตย์ที่ วันเสาร์ วันเสาร์ที่ ศุกร์ อังคาร อาทิตย์ เสาร์ \
     ຈັນ ພະຫັດ ພຸດ ວັນຈັນ ວັນພະຫັດ ວັນພຸດ ວັນສຸກ ວັນອັງຄານ ວັນອາທິດ ວັນເສົາ ສຸກ ອັງຄານ ອາທິດ \
     ເສົາ ကြာသပတေး စနေ တနင်္ဂနွေ တနင်္လာ ဗုဒ္ဓဟူး သောကြာ အင်္ဂါ კვი კვირა ოთხ ოთხშაბათი ორშ \
     ორშაბათი პარ პარასკევი სამ სამშაბათი შაბ შაბათი ხუთ ხუთშაბათი ሐሙስ ማክሰ ማክሰኞ ረቡዕ ሰኞ ቅዳሜ \
     እሑድ ዓርብ ចន្ទ ច័ន្ទ ពុធ ព្រហ ព្រហស្បតិ៍ សុក្រ សៅរ៍ អង្គារ អាទិត្យ";

pub(super) const FILLERS: &str =
    "thg am at d de del den der di el gada il le m ngày o of the tháng um van г р";
