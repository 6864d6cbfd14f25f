"""Invented people's names for the generator: common names only, each with the spellings that offices use.

Written apart from the canonicaliser and on purpose not from its tables: what is not known there must be missed here.
"""

SERBIAN_GIVEN_M = (
    "Никола Марко Јован Лука Стефан Милош Немања Душан Александар Владимир Петар Иван Бојан Горан Дејан Зоран Драган "
    "Милан Саша Урош Вук Огњен Страхиња Ђорђе Жељко Љубиша Раде Младен Слободан Срђан Предраг Ненад Војин Гаврило "
    "Михајло Дамјан Растко Синиша Тихомир Витомир Живко Љубомир Ђурађ Момчило Обрад Будимир Вељко Реља Кузман Ђока"
).split()
SERBIAN_GIVEN_F = (
    "Јелена Милица Ана Марија Ивана Јована Катарина Снежана Драгана Сања Маја Наташа Тамара Невена Теодора Сара Анђела "
    "Гордана Светлана Весна Љиљана Бранка Зорица Душица Жана Љубица Ђурђина Мирјана Оливера Соња Тања Вера Нада Радмила "
    "Славица Биљана Јасна Ксенија Лидија Ружица Даница Јагода Милева Гроздана Цвета Анка Живка Ђурђа Добрила Вишња"
).split()
SERBIAN_STEMS = (
    "Петр Јован Никол Марк Стојан Илиј Ђорђ Павл Томаш Лаз Миладин Тодор Стефан Радован Живк Лукић Бранк Обрад Драгутин "
    "Вук Божид Гавр Крст Мил Матиј Нед Остој Рак Сав Симeун Спас Станиш Танас Ћир Урош Филип Цветк Чеч Шар Арсен Ант Благ "
    "Васиљ Глиш Дамјан Жиж Зар Исаил Јакш Кост Љуб Мијат Новак Пант Раш Секул Трифун Ћос Хаџ Чуп Џамб Шћеп Виторад Дракул"
).replace("e", "е").split()  # fmt: skip
SERBIAN_ENDINGS = "овић евић ић овић ић ковић инић ашевић".split()
ROMA_GIVEN_M = "Бајрам Рамадан Енвер Енес Сабри Мухарем Демир Шабан Неџмедин Орхан Кенан Селим Јашар Фадиљ Хамит Рамо Ћерим Алит Ешреф Идриз Зумбер Бекир Сулејман Мустафа Џевад Али Ферат Исмет Рифат Сафет".split()
ROMA_GIVEN_F = "Рамиза Фатима Сузана Ајша Мирсада Неџмија Џемиља Ђулсефа Шехрија Сабрија Исмета Елмаза Мевлида Назифа Сенија Ђурђијана Зекија Хајрија Рефика Санела Шукрија Кадрија Нермина Емина Азра".split()
ROMA_STEMS = "Бајрам Рамадан Осман Демир Саит Куртиш Селим Шабан Мемиш Алит Ајдин Берат Дурмиш Ибраим Јусуф Керим Ља Мехмед Реџеп Салиј Тефик Усеин Фазли Хасан Џемаил Шаћир Зекир Емин Адем Рустем".split()

CHINESE_FAMILY = "Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Zhu Ma Hu Guo Lin He Gao Liang Zheng Luo Song Xie Tang Han Cao Deng Xiao Feng Zeng Cheng Cai Peng Pan Yuan Yu Dong Su Ye Lu Wei Jiang Tian Du Ding Shen Jin Fan Liao Qin Zhong Qiu Shao Tan Xiong Shi Dai Xia Bai".split()
CHINESE_SYLLABLES = "wei fang na min jing li qiang lei jun yang yong yan jie juan tao ming chao xiu xia ping gang gui ying hua yu hong mei ling jian hui bo chun xin zhi guo hai bin lin dong feng fei cheng shan shu qing ting yue zhen sheng xiang rong kun kai de shi ze rui hao ning wen bao quan guang zhong long peng shun yun lan dan dong xue yi zi han xuan chang tian ru si jia".split()
HANZI = dict(
    zip(
        "wang li zhang liu chen yang zhao huang zhou wu xu sun zhu ma hu guo lin he gao wei fang na min jing qiang lei jun yong jie juan tao ming chao xiu ping gang gui ying hua hong mei jian hui bo".split(),
        "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 朱 马 胡 郭 林 何 高 伟 芳 娜 敏 静 强 磊 军 勇 洁 娟 涛 明 超 秀 平 刚 桂 英 华 红 梅 建 辉 波".split(),
        strict=True,
    )
)
VIETNAMESE_FAMILY = "Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Mai Cao Lương".split()
VIETNAMESE_MIDDLE_M = "Văn Văn Văn Hữu Đức Quang Minh Công Xuân Thanh Đình Trọng".split()
VIETNAMESE_MIDDLE_F = "Thị Thị Thị Thị Ngọc Thu Kim Thanh Bích Mỹ".split()
VIETNAMESE_GIVEN_M = "Hùng Dũng Tuấn Minh Nam Hải Long Sơn Thành Cường Trung Khánh Kiên Quân Đạt Hiếu Phong Tài Bảo Thắng Huy Việt Khoa Lâm Phúc Hoàng Tiến Lợi Khôi Duy Vinh Thiện Nghĩa Toàn Quý".split()
VIETNAMESE_GIVEN_F = "Hoa Lan Hương Linh Trang Nga Thảo Mai Hằng Ngân Nhung Quỳnh Tuyết Loan Yến Hạnh Phương Thủy Oanh Diệp Chi Hà Vân Nguyệt Trâm Xuân Dung Giang Ly".split()

# Each name with the Latin spellings in use, then after a bar its Serbian transcriptions.
INDIAN_GIVEN_M = "Rajesh,Raajesh|Раџеш Suresh|Суреш Vijay,Vijai|Виџај Amit,Ameet|Амит Sunil,Suneel|Сунил Anil|Анил Manoj|Маноџ Dinesh|Динеш Ramesh|Рамеш Sanjay,Sanjai|Санџај Vikram,Wikram|Викрам Deepak,Dipak|Дипак Arjun|Арџун Harpreet,Harprit|Харприт Gurpreet,Gurprit|Гурприт Jaswinder,Jasvinder|Џасвиндер Balwinder,Balvinder|Балвиндер Krishna|Кришна Lakshman,Laxman|Лакшман Mohan|Мохан Naveen,Navin|Навин Prakash|Пракаш Santosh|Сантош Vinod|Винод Yogesh|Јогеш Ashok|Ашок Bhupinder|Бупиндер Chandan|Чандан Dhanraj|Данраџ Gopal|Гопал".split()
INDIAN_GIVEN_F = "Priya|Прија Meena,Mina|Мина Sunita,Suneeta|Сунита Lakshmi,Laxmi|Лакшми Geeta,Gita|Гита Asha|Аша Usha|Уша Seema,Sima|Сима Rekha|Река Pooja,Puja|Пуџа Shanti,Shanthi|Шанти Deepa,Dipa|Дипа Kavita,Kavitha|Кавита Anjali|Анџали Manpreet,Manprit|Манприт Simran|Симран Radha|Рада Nisha|Ниша Jyoti|Џјоти Kamala|Камала".split()
INDIAN_FAMILY = "Kumar|Кумар Singh|Синг Sharma|Шарма Verma,Varma|Верма Gupta,Guptha|Гупта Patel|Пател Yadav|Јадав Prasad|Прасад Reddy,Reddi|Реди Nair,Nayar|Наир Joshi|Џоши Mishra,Misra|Мишра Pillai,Pillay|Пилаи Das,Dass|Дас Thakur|Такур Chaudhary,Choudhary|Чаудари Gill|Гил Sandhu|Санду Dhillon|Дилон Kaur|Каур Rao|Рао Iyer,Aiyar|Ајер Mehta|Мехта Shah|Шах Jadhav|Џадав Pandey,Pande|Панде Saxena|Саксена Agarwal,Agrawal|Агарвал Chauhan|Чаухан Bhatia|Батија".split()
BANGLADESHI_GIVEN_M = "Mohammed,Muhammad,Md|Мохамед Abdul|Абдул Rafiq,Rafique|Рафик Kamal,Kamaal|Камал Jamal,Zamal|Џамал Faruk,Farooq|Фарук Saiful,Shaiful|Саифул Jahangir,Zahangir|Џахангир Alamgir,Alomgir|Аламгир Sohel,Suhel|Сохел Anwar,Anowar|Анвар Shafiq,Shafique|Шафик Nazrul,Nozrul|Назрул Mizanur,Mizanoor|Мизанур Habibur|Хабибур Rashed,Rashid|Рашед Masud,Masood|Масуд Delwar,Delowar|Делвар Monir,Munir|Монир Shahin,Shaheen|Шахин Liton|Литон Ripon|Рипон Babul|Бабул Jasim,Zasim|Џасим".split()
BANGLADESHI_GIVEN_F = "Fatema,Fatima|Фатема Ayesha,Aisha|Ајша Khadija,Khodeja|Кадиџа Rahima,Rohima|Рахима Salma|Салма Nasrin,Nasreen|Насрин Shirin,Shireen|Ширин Taslima|Таслима Mariam,Moriom|Мариам Rokeya,Rukeya|Рокеја Jannat,Zannat|Џанат Sultana|Султана Hasina,Haseena|Хасина Jahanara|Џаханара Momtaz|Момтаз Parvin,Parveen|Парвин".split()
BANGLADESHI_FAMILY = "Islam|Ислам Hossain,Hussain,Hosen|Хосаин Rahman,Rohman|Рахман Ahmed,Ahmad|Ахмед Ali|Али Khatun,Khatoon|Катун Akter,Aktar,Akhter|Актер Begum|Бегум Chowdhury,Choudhury|Чаудури Sarkar,Sarker|Саркар Sheikh,Shaikh|Шеик Miah,Mia|Мија Haque,Hoque,Haq|Хак Uddin|Удин Karim,Kareem|Карим Hasan,Hassan|Хасан Molla,Mollah|Мола Khan|Кан Bhuiyan,Bhuiya|Бујан Talukder,Talukdar|Талукдер".split()
EGYPTIAN_GIVEN_M = "Mohamed,Mohammed,Muhammad|Мохамед Ahmed,Ahmad|Ахмед Mahmoud,Mahmud|Махмуд Mostafa,Mustafa|Мустафа Hassan,Hasan|Хасан Hussein,Husayn|Хусеин Ibrahim,Ebrahim|Ибрахим Khaled,Khalid|Халед Tarek,Tariq|Тарек Omar,Umar|Омар Youssef,Yusuf,Yousef|Јусеф Karim,Kareem|Карим Amr|Амр Said,Saeed|Саид Ashraf|Ашраф Sherif,Sharif|Шериф Hany,Hani|Хани Walid,Waleed|Валид Sameh|Самех Ayman,Aiman|Ајман Gamal,Jamal|Гамал Hosny,Husni|Хосни Samir,Sameer|Самир Magdy,Magdi|Магди".split()
EGYPTIAN_GIVEN_F = "Fatma,Fatima|Фатма Mona,Muna|Мона Heba,Hiba|Хеба Nour,Noor|Нур Mariam,Maryam|Маријам Yasmin,Yasmeen|Јасмин Aya,Ayah|Аја Dina,Deena|Дина Rania,Raniya|Ранија Amina,Ameena|Амина Salma|Салма Hanan|Ханан Nadia,Nadiya|Надија Shaimaa,Shaima|Шајма Eman,Iman|Еман Samira,Sameera|Самира".split()
EGYPTIAN_FAMILY = "Hassan,Hasan|Хасан Ibrahim,Ebrahim|Ибрахим Abdallah,Abdullah|Абдалах Osman,Othman|Осман Soliman,Suleiman|Солиман Farouk,Faruq|Фарук Mansour,Mansur|Мансур Gaber,Jaber|Габер Naguib,Najib|Нагиб Sayed,Sayyid|Сајед Khalil,Khaleel|Халил Shehata,Shahata|Шехата Fathy,Fathi|Фати Gomaa,Jumaa|Гома Ramadan|Рамадан Salem,Salim|Салем Zaki,Zaky|Заки Fouad,Fuad|Фуад Ismail,Esmail|Исмаил Hamdy,Hamdi|Хамди".split()
KYRGYZ_GIVEN_M = "Bakyt,Bakit|Бакит Nurlan|Нурлан Azamat|Азамат Ulan|Улан Maksat|Максат Aibek,Aybek|Ајбек Ermek|Ермек Kubanychbek|Кубаничбек Tilek|Тилек Zhanybek,Janybek|Жанибек Almaz|Алмаз Bolot|Болот Daniyar,Daniar|Данијар Erlan,Yerlan|Ерлан Kairat,Kayrat|Кајрат Mirlan|Мирлан Ruslan|Руслан Samat|Самат Temirlan|Темирлан Emil|Емил Iskender,Iskander|Искендер Chyngyz,Chingiz|Чингиз".split()
KYRGYZ_GIVEN_F = "Aigul,Aygul|Ајгул Gulnara|Гулнара Ainura,Aynura|Ајнура Meerim|Мерим Zhanyl,Janyl|Жанил Cholpon|Чолпон Aizada,Ayzada|Ајзада Nurgul|Нургул Altynai,Altynay|Алтинај Burul|Бурул Saltanat|Салтанат Begimai,Begimay|Бегимај Asel|Асел Jyldyz,Zhyldyz|Жилдиз".split()
KYRGYZ_FAMILY = "Asanbekov|Асанбеков Toktogulov|Токтогулов Usubalov|Усубалов Mamytov,Mamitov|Мамитов Abdyldaev,Abdildaev|Абдилдаев Sydykov,Sidikov|Сидиков Isaev,Isayev|Исаев Osmonaliev|Осмоналијев Zhumabaev,Jumabaev|Жумабаев Beishenaliev,Beyshenaliev|Бејшеналијев Kasymov,Kasimov|Касимов Ibraimov|Ибраимов Alymkulov,Alimkulov|Алимкулов Tashiev|Ташијев Zheenbekov,Jeenbekov|Женбеков Moldokulov|Молдокулов Akmatov|Акматов Sultanov|Султанов".split()
NIGERIAN_GIVEN_M = "Emeka|Емека Chinedu|Чинеду Tunde|Тунде Ifeanyi|Ифеањи Festus|Фестус Sunday|Сундеј Monday|Мондеј Osaze|Осазе Kelechi|Келечи Efosa|Ефоса Godwin|Годвин Obinna,Obina|Обина Uche|Уче Femi|Феми Segun|Сегун Ikechukwu|Икечукву Nnamdi,Namdi|Намди Osagie,Osaghie|Осагије".split()
NIGERIAN_GIVEN_F = "Blessing|Блесинг Joy|Џој Favour,Favor|Фејвор Precious|Прешес Mercy,Mercie|Мерси Patience|Пејшенс Gift|Гифт Grace|Грејс Chioma|Чиома Ngozi|Нгози Sandra|Сандра Faith|Фејт Happiness|Хепинес Esther,Ester|Естер Glory|Глори Amaka|Амака".split()
NIGERIAN_FAMILY = "Okafor|Окафор Osagie,Osaghie|Осагије Omoregie|Оморегије Igbinovia|Игбиновија Aigbe|Аигбе Adeyemi|Адејеми Okonkwo|Оконкво Eze|Езе Nwosu|Нвосу Balogun|Балогун Ehigie|Ехигије Idahosa|Идахоса Uwaifo|Уваифо Ogbebor|Огбебор Osayande|Осајанде Adeleke|Аделеке Okoye|Окоје Chukwu|Чукву Ibrahim|Ибрахим Bello|Бело".split()
# A name of each Latin stock is also met as letters read one by one in Serbian (ш for sh is the transcription above).
PLACES = (
    "Beograd Novi_Sad Niš Kragujevac Subotica Zrenjanin Pančevo Čačak Kraljevo Smederevo Leskovac Užice Valjevo Kruševac Vranje Šabac "
    "Sombor Požarevac Pirot Zaječar Kikinda Sremska_Mitrovica Jagodina Vršac Bor Prokuplje Loznica Majdanpek Novi_Pazar Ruma"
).split()
ALIASES = "Šaki Gica Bata Cica Rambo Kinez Lepa Debeli Ćale Mare Žuti Lola Beba Šilja Rus Crna Keka Struja Čupa Doki Zlata Mica Gane Šone Maza Fiki Džoni Toza Neša Boki".split()
