"""What people and programs call a column: one lexicon for all languages, looked up by meaning.

A header is folded (case, accents, punctuation, camel case), words that say nothing are dropped
("total", "video", "number of" ...), and what remains is looked up as a whole. So `Total de
visualizações`, `video_playCount` and `Nombre de vues` are all views, and `profile views` or
`views rate` are not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from virality.posts.parse import visible

# Words that leave the meaning as it is.
_SAY_NOTHING = """
    video videos vid clip clips post posts reel reels short shorts tiktok total totals tot totale
    number num no nr n of the count counts cnt metric metrics stats stat statsv2 v2 value current
    public item my field
    anzahl gesamt insgesamt der die das des nombre nb de du la le les l d au del los las el al
    numero di dei delle degli dello della do da dos das em no na quantidade qtd qtde cantidad num
    aantal van het antal liczba ilosc sayisi toplam jumlah total so luot tong
    videos videon film filmu filmik pocet celkem broj totais totali totaux totales szama lacznie
    количество число всего кол во видео на общее к сть кількість відео всього усього
    συνολο αριθμος βιντεο عدد إجمالي الفيديو فيديو
    영상 동영상 수 총 게시물 動画の 動画 合計 総 视频 視頻 影片 作品
    จำนวน วิดีโอ कुल संख्या वीडियो
"""
_NOISE = frozenset(_SAY_NOTHING.split())
# Of these words, those that count something: "author_videos" is no author.
_COUNTING = frozenset(
    """
    videos clips posts reels shorts total totals tot totale number num count counts cnt anzahl
    gesamt insgesamt nombre nb numero quantidade qtd qtde cantidad aantal antal liczba ilosc sayisi
    toplam
    jumlah so luot tong pocet celkem количество число всего кількість 합계 총 数 수 合計 总 عدد
    """.split()  # noqa: SIM905
)
_COUNTED = ("views", "likes", "comments", "shares", "saves", "new_followers")

# Names by language and meaning. `when` is a time of posting that may be a clock or a whole date,
# which its cells tell; `title`, `author_name` and `author_id` stand in where the better is missing.
LEXICON: dict[str, dict[str, str]] = {
    "en": {
        "post_id": "post id|video id|id|aweme id|item id|media id|reel id|awemeid|videoid|postid",
        "url": "url|link|share url|share link|permalink|web url|web link|webpage url|webvideourl"
        "|videourl|videolink|postlink|href|original url|video page url",
        "author": "author|username|user name|creator|account|handle|author username|channel"
        "|author unique id|author uniqueid|author meta name|author meta unique id|uploader|profile"
        "|influencer|page|owner username|user unique id|author handle|unique id|account username"
        "|creator username|author user name|talent|posted by|screen name|user handle|blogger",
        "author_name": "author name|channel name|channel title|uploader name|display name|nickname"
        "|nick name|full name"
        "|author nickname|author nick name|author meta nick name|page name|account name"
        "|creator name|profile name|user nickname|author full|author full name|owner name",
        "author_id": "author id|user id|account id|channel id|uploader id|author uid|owner id"
        "|page id|profile id|creator id|author meta id|sec uid|author sec uid|author secuid",
        "date": "posted at|date|posted|published|created at|create time iso|createtimeiso"
        "|createtime|timestamp|unix timestamp|publish date|published date|upload date|posted date"
        "|post date|published at|created|creation date|upload datetime|upload date time|datetime"
        "|date time|date posted|date published|posted on|published on|taken at|uploaded at"
        "|uploaded|date created|release date|posting date|create date|create timestamp|date utc"
        "|uploaded on|uploaddate|publishdate|upload timestamp|publication date|posted at utc"
        "|date of upload|date of posting|date of publication|timestamp utc|utc time|created on",
        "when": "time|post time|publish time|published time|upload time|posting time|posted time"
        "|create time|created time|creation time|time of day|time posted|time published"
        "|publication time|post hour|hour posted|hour|time uploaded",
        "caption": "caption|description|text|desc|body|copy|post text|message|captions text",
        "title": "title|headline",
        "duration": "duration|length|seconds|duration s|duration sec|duration secs|length s"
        "|meta duration|runtime|run time|duration seconds|length seconds|duration in seconds"
        "|length sec|length in seconds|secs|video meta duration|duration in s|duration mm ss"
        "|length mm ss|duration hh mm ss|length hh mm ss|duration min sec|video length",
        "views": "views|view|plays|play|playcount|viewcount|viewscount|playscount|times viewed"
        "|times played|watched times|video plays",
        "likes": "likes|like|digg|diggs|diggcount|likecount|likescount|hearts|heart|heartcount"
        "|times liked|liked",
        "comments": "comments|comment|commentcount|commentscount|replies|reply",
        "shares": "shares|share|sharecount|sharescount|reposts|repost|repostcount|forwards"
        "|times shared|shared",
        "saves": "saves|save|saved|savecount|favorites|favourites|favorite|favourite|bookmarks"
        "|bookmark|collect|collects|collections|collectcount|favoritescount|bookmarkcount"
        "|bookmarked|times saved|saves count",
        "avg_watch": "avg watch|average watch|avg watch time|average watch time|avg watch s"
        "|average time watched|average view duration|avg view duration|mean watch time"
        "|avg watch time s|average watch time seconds|avg time watched",
        "watched_full": "watched full|watched full video|completion rate|full watch rate"
        "|watched to the end|full video watched rate|completion|finish rate",
        "new_followers": "new followers|followers gained|gained followers|follows",
        "kind": "kind|type|media type|product type",
        "platform": "platform|network|social network|social media|plattform|plateforme|plataforma"
        "|piattaforma|platforma|platforme|платформа|nền tảng|プラットフォーム|플랫폼|平台",
        "is_paid": "is paid|paid|promoted|sponsored|is ad|isad|is sponsored|boosted|is promoted"
        "|is paid partnership|paid partnership",
        "is_pinned": "is pinned|pinned|ispinned|is top",
        "private": "private|is private|private item",
        "media_file": "media file|file|filename|file name|local path|local file",
        "captured_at": "captured at|collected at|scraped at|exported at|snapshot|collected"
        "|scraped|captured|scrape date|collection date|retrieved at|fetched at|read at"
        "|snapshot date|export date|crawl time|scrape time|crawled at|collection time"
        "|scrape timestamp|query date|date scraped|date collected|as of|checked at|date checked"
        "|retrieved|retrieval date|snapshot at|snapshot time|date of collection",
    },
    "de": {
        "date": "datum|veröffentlicht|veröffentlicht am|veröffentlichungsdatum|hochgeladen"
        "|hochgeladen am|gepostet|gepostet am|erstellt am|uploaddatum|postdatum|upload am"
        "|erscheinungsdatum|online seit",
        "when": "uhrzeit|zeit|zeitpunkt|veröffentlichungszeit|postzeit|zeitpunkt der "
        "veröffentlichung",
        "url": "videolink|postlink|verknüpfung|adresse|webadresse|videoadresse|video url",
        "title": "titel|videotitel|überschrift",
        "caption": "beschreibung|bildunterschrift|beschriftung|videobeschreibung|beitragstext"
        "|untertitel|caption",
        "views": "aufrufe|wiedergaben|videoaufrufe|ansichten|abrufe|klicks|abspielungen|zugriffe"
        "|videoansichten|angesehen|aufrufzahl|wiedergabezahl",
        "likes": "gefällt mir|gefällt mir angaben|herzen|gefällt|likeanzahl|gefällt mir zahl",
        "comments": "kommentare|kommentar|kommentaranzahl|kommentarzahl",
        "shares": "geteilt|teilungen|weitergeleitet|mal geteilt|geteilte inhalte|teilen",
        "saves": "gespeichert|favoriten|lesezeichen|speicherungen|gemerkt|mal gespeichert"
        "|merkliste|gesichert",
        "duration": "länge|laenge|dauer|laufzeit|videolänge|videodauer|sekunden|spieldauer"
        "|länge s|länge sek|dauer s|dauer sek|länge in sekunden|dauer in sekunden",
        "author": "konto|kanal|nutzername|benutzername|nutzer|ersteller|urheber|benutzer|profil",
        "new_followers": "neue follower",
        "avg_watch": "durchschnittliche wiedergabezeit|durchschnittliche wiedergabedauer",
        "is_paid": "gesponsert|bezahlt|werbung|anzeige",
        "is_pinned": "angeheftet|angepinnt",
        "captured_at": "erfasst am|abgerufen am|stand|exportiert am|erhoben am",
    },
    "fr": {
        "date": "date de publication|publié|publié le|mise en ligne|date de mise en ligne"
        "|mis en ligne le|date de création|posté le|date du post",
        "when": "heure|heure de publication|horaire",
        "url": "lien|lien vidéo|lien de la vidéo|adresse",
        "title": "titre|titre de la vidéo",
        "caption": "légende|texte|description",
        "views": "vues|vue|lectures|visionnages|visualisations|nombre de lectures|visites",
        "likes": "j'aime|jaime|mentions j'aime|aime|cœurs|coeurs",
        "comments": "commentaires|commentaire",
        "shares": "partages|partage|partagé|partagés",
        "saves": "enregistrements|enregistré|enregistrées|enregistrés|sauvegardes|favoris|signets"
        "|sauvegardé",
        "duration": "durée|longueur|secondes|durée s|durée sec|durée en secondes",
        "author": "compte|auteur|créateur|utilisateur|chaîne|pseudo|nom d'utilisateur|profil",
        "new_followers": "nouveaux abonnés|abonnés gagnés",
        "is_paid": "sponsorisé|publicité",
        "is_pinned": "épinglé",
        "captured_at": "relevé le|capturé le|collecté le|extrait le|date de relevé|exporté le",
    },
    "es": {
        "date": "fecha|fecha de publicación|publicado|publicado el|fecha de subida|subido el"
        "|fecha de creación|subido",
        "when": "hora|hora de publicación|horario",
        "url": "enlace|vínculo|enlace del vídeo|link del video|dirección",
        "title": "título|título del vídeo",
        "caption": "descripción|texto|pie de foto|leyenda|copy",
        "views": "vistas|visualizaciones|reproducciones|visitas|visionados|visualización",
        "likes": "me gusta|me gustas|corazones|likes|gustos",
        "comments": "comentarios|comentario",
        "shares": "compartidos|compartido|veces compartido|compartidas|comparticiones|compartir",
        "saves": "guardados|guardado|favoritos|veces guardado|guardadas",
        "duration": "duración|longitud|segundos|duración s|duración seg|duración en segundos",
        "author": "cuenta|autor|creador|usuario|canal|nombre de usuario|perfil|creadora",
        "new_followers": "nuevos seguidores|seguidores ganados",
        "is_paid": "patrocinado|pagado|publicidad",
        "is_pinned": "fijado",
        "captured_at": "fecha de captura|capturado|exportado el|fecha de extracción",
    },
    "pt": {
        "date": "data|data de publicação|publicado em|data da postagem|data do post|postado em"
        "|data de postagem|enviado em|data da publicação|data de envio",
        "when": "horário|hora da postagem|hora de publicação|horário da postagem",
        "url": "link do vídeo|ligação|hiperligação",
        "title": "título do vídeo",
        "caption": "descrição|legenda",
        "views": "visualizações|reproduções|visualização|exibições|visualizacoes|views",
        "likes": "curtidas|gostos|curtida|gostei",
        "comments": "comentários|comentario",
        "shares": "compartilhamentos|partilhas|compartilhado|compartilhadas|compartilhamento",
        "saves": "salvamentos|salvos|favoritos|salvo|salvamento|guardados|salvas",
        "duration": "duração|comprimento|duração em segundos|duração seg",
        "author": "conta|criador|utilizador|nome de usuário|nome do usuário|criadora|usuário",
        "new_followers": "novos seguidores",
        "is_pinned": "fixado",
        "captured_at": "coletado em|data da coleta|capturado em|exportado em",
    },
    "it": {
        "date": "data di pubblicazione|pubblicato|pubblicato il|data pubblicazione|caricato il"
        "|data di caricamento",
        "when": "ora|orario|ora di pubblicazione",
        "url": "collegamento|indirizzo|link del video",
        "title": "titolo|titolo del video",
        "caption": "descrizione|didascalia|testo",
        "views": "visualizzazioni|riproduzioni|visualizzazione|visite|visualizzato",
        "likes": "mi piace|cuori|piace",
        "comments": "commenti|commento",
        "shares": "condivisioni|condiviso|condivisione|condivisi",
        "saves": "salvataggi|salvati|preferiti|salvato",
        "duration": "durata|lunghezza|secondi|durata s|durata in secondi",
        "author": "autore|creatore|utente|canale|nome utente|profilo|creatrice",
        "new_followers": "nuovi follower",
        "captured_at": "rilevato il|raccolto il|esportato il",
    },
    "nl": {
        "date": "datum|geplaatst|geplaatst op|publicatiedatum|gepubliceerd op|plaatsingsdatum"
        "|gepost op|uploaddatum|gepubliceerd",
        "when": "tijd|tijdstip|tijd van plaatsing",
        "url": "koppeling|videolink",
        "title": "titel",
        "caption": "beschrijving|onderschrift|tekst|bijschrift|omschrijving",
        "views": "weergaven|bekeken|keer bekeken|weergave|afgespeeld|afspeelbeurten|kijkers totaal",
        "likes": "vind ik leuks|vind ik leuk|hartjes|vindikleuks",
        "comments": "reacties|opmerkingen|commentaren|reactie",
        "shares": "gedeeld|delingen|keer gedeeld|deelacties|gedeelde",
        "saves": "opgeslagen|bewaard|favorieten|bewaringen|keer opgeslagen",
        "duration": "duur|lengte|seconden|tijdsduur|speelduur",
        "author": "gebruiker|gebruikersnaam|kanaal|auteur|profiel|maker",
        "new_followers": "nieuwe volgers",
        "captured_at": "vastgelegd op|verzameld op",
    },
    "da": {
        "date": "dato|udgivet|udgivelsesdato|opslagsdato|lagt op|publiceret|uploadet|delt den",
        "when": "tid|tidspunkt|klokkeslæt",
        "url": "henvisning|videolink",
        "title": "titel|overskrift",
        "caption": "beskrivelse|tekst|billedtekst|opslagstekst",
        "views": "visninger|afspilninger|visning|seere i alt|set",
        "likes": "synes godt om|hjerter|synes om",
        "comments": "kommentarer",
        "shares": "delinger|delt|deling",
        "saves": "gemt|gemte|favoritter|gemninger|bogmærker",
        "duration": "varighed|længde|sekunder|spilletid",
        "author": "bruger|brugernavn|skaber|forfatter|konto",
        "new_followers": "nye følgere",
    },
    "no": {
        "date": "dato|publisert|publiseringsdato|lagt ut|lastet opp",
        "when": "klokkeslett|tidspunkt",
        "url": "lenke|videolenke",
        "title": "tittel",
        "caption": "beskrivelse|bildetekst",
        "views": "visninger|avspillinger",
        "likes": "liker|likerklikk|hjerter|liker klikk",
        "comments": "kommentarer",
        "shares": "delinger|delt",
        "saves": "lagret|lagringer|favoritter|lagrede",
        "duration": "varighet|lengde|sekunder|spilletid",
        "author": "bruker|brukernavn",
    },
    "sv": {
        "date": "datum|publicerad|publiceringsdatum|upplagd|publicerat",
        "when": "klockslag|tidpunkt",
        "url": "länk|videolänk",
        "title": "titel|rubrik",
        "caption": "beskrivning|bildtext",
        "views": "visningar|uppspelningar|visning",
        "likes": "gillar|gilla|gilla markeringar|gillamarkeringar|hjärtan|gillningar",
        "comments": "kommentarer",
        "shares": "delningar|delad|delat|delade",
        "saves": "sparade|sparad|sparat|favoriter|sparningar",
        "duration": "längd|varaktighet|speltid|sekunder",
        "author": "användare|användarnamn",
    },
    "fi": {
        "date": "päivämäärä|julkaistu|julkaisupäivä|pvm",
        "when": "aika|kellonaika",
        "url": "linkki",
        "title": "otsikko",
        "caption": "kuvaus|teksti",
        "views": "katselut|katselukerrat|näyttökerrat|toistot",
        "likes": "tykkäykset|tykkäyksiä",
        "comments": "kommentit|kommentteja",
        "shares": "jaot|jakamiset|jakoja",
        "saves": "tallennukset|tallennettu",
        "duration": "kesto|pituus",
        "author": "tili|käyttäjä|käyttäjätunnus",
    },
    "pl": {
        "date": "data publikacji|opublikowano|data dodania|dodano|data wstawienia|data posta",
        "when": "godzina|czas|godzina publikacji|czas publikacji",
        "url": "odnośnik|link do filmu|adres|adres url",
        "title": "tytuł|tytuł filmu",
        "caption": "opis|podpis|treść",
        "views": "wyświetlenia|odtworzenia|obejrzenia|odsłony|wyświetleń|odtworzeń|obejrzeń",
        "likes": "polubienia|serca|lajki|polubień|serduszka",
        "comments": "komentarze|komentarz|komentarzy",
        "shares": "udostępnienia|udostępniono|udostępnień|przekazania",
        "saves": "zapisania|zapisane|zapisy|ulubione|zakładki|zapisań|zapisano|zapisów",
        "duration": "czas trwania|długość|długość filmu|sekundy",
        "author": "użytkownik|twórca|nazwa użytkownika|kanał|konto",
        "new_followers": "nowi obserwujący",
        "captured_at": "data pobrania|pobrano",
    },
    "cs": {
        "date": "zveřejněno|datum zveřejnění|publikováno|přidáno",
        "when": "čas|hodina",
        "url": "odkaz",
        "title": "název|nadpis",
        "caption": "popis|popisek",
        "views": "zhlédnutí|zobrazení|přehrání",
        "likes": "to se mi líbí|lajky|srdíčka",
        "comments": "komentáře|komentářů",
        "shares": "sdílení",
        "saves": "uložení|uložené|oblíbené|uloženo",
        "duration": "délka|doba trvání|trvání",
        "author": "účet|uživatel|tvůrce",
    },
    "ro": {
        "date": "data publicării|publicat la|publicat pe",
        "when": "ora publicării",
        "title": "titlu",
        "caption": "descriere",
        "views": "vizualizări|redări|vizionări",
        "likes": "aprecieri|îmi place",
        "comments": "comentarii",
        "shares": "distribuiri",
        "saves": "salvări",
        "duration": "durată|lungime",
        "author": "cont|utilizator",
    },
    "hu": {
        "date": "dátum|közzététel dátuma|közzétéve",
        "when": "időpont|idő",
        "url": "hivatkozás",
        "title": "cím",
        "caption": "leírás|szöveg",
        "views": "megtekintés|megtekintések|lejátszások",
        "likes": "kedvelés|kedvelések|lájkok",
        "comments": "hozzászólások|kommentek",
        "shares": "megosztás|megosztások",
        "saves": "mentés|mentések",
        "duration": "hossz|időtartam",
        "author": "fiók|felhasználó",
    },
    "tr": {
        "date": "tarih|yayın tarihi|yayınlanma tarihi|paylaşım tarihi|yüklenme tarihi"
        "|yükleme tarihi|gönderi tarihi",
        "when": "saat|yayın saati|zaman|paylaşım saati",
        "url": "bağlantı|video bağlantısı|bağlantısı",
        "title": "başlık|video başlığı",
        "caption": "açıklama|metin",
        "views": "görüntülenme|izlenme|görüntüleme|izlenmeler|görüntülenmeler|oynatma"
        "|izlenme sayısı|görüntülemeler|izleme|oynatılma",
        "likes": "beğeni|beğeniler|beğenme|beğenmeler",
        "comments": "yorum|yorumlar",
        "shares": "paylaşım|paylaşımlar|paylaşma|paylaşılma",
        "saves": "kaydetme|kaydedilen|kaydedilenler|kaydetmeler|favoriler|kaydedilme",
        "duration": "süre|uzunluk|saniye|süre sn|video süresi",
        "author": "hesap|kullanıcı|kullanıcı adı|yazar|kanal|içerik üreticisi",
        "new_followers": "yeni takipçiler|yeni takipçi",
    },
    "id": {
        "date": "tanggal|tanggal posting|tanggal unggah|diposting|tanggal publikasi"
        "|tanggal tayang|tanggal post|tarikh|tarikh siaran|diunggah",
        "when": "waktu|jam|masa|waktu posting|waktu unggah|jam posting",
        "url": "tautan|tautan video|pautan",
        "title": "judul|judul video|tajuk",
        "caption": "deskripsi|keterangan|teks|takarir|penerangan",
        "views": "tayangan|tontonan|penayangan|ditonton|dilihat|putaran|kali ditonton|pemutaran",
        "likes": "suka|disukai|menyukai|sukaan|tanda suka",
        "comments": "komentar|komen|ulasan",
        "shares": "dibagikan|bagikan|berbagi|perkongsian|dikongsi|kali dibagikan",
        "saves": "disimpan|simpanan|simpan|favorit|tersimpan|kali disimpan",
        "duration": "durasi|panjang|tempoh|detik|durasi video|durasi detik",
        "author": "akun|pengguna|nama pengguna|kreator|pembuat|penulis|akaun",
        "new_followers": "pengikut baru",
    },
    "vi": {
        "date": "ngày|ngày đăng|ngày xuất bản|ngày đăng bài|ngày phát hành|ngày tải lên",
        "when": "thời gian|giờ|giờ đăng|thời gian đăng|thời điểm đăng",
        "url": "liên kết|đường dẫn|liên kết video|đường link",
        "title": "tiêu đề|tiêu đề video|tên video",
        "caption": "mô tả|nội dung|chú thích|phụ đề",
        "views": "lượt xem|lượt phát|số lượt xem|số lần xem|số lượt phát",
        "likes": "lượt thích|thích|lượt tim|tim",
        "comments": "bình luận|lượt bình luận",
        "shares": "lượt chia sẻ|chia sẻ",
        "saves": "lượt lưu|đã lưu|yêu thích|lượt yêu thích",
        "duration": "thời lượng|độ dài|giây",
        "author": "tài khoản|người dùng|tác giả|kênh|tên người dùng|người tạo",
        "new_followers": "người theo dõi mới",
    },
    "ja": {
        "date": "日付|投稿日|投稿日時|公開日|公開日時|日時|アップロード日|投稿年月日|年月日",
        "when": "時間|時刻|投稿時刻|投稿時間|公開時間",
        "url": "リンク|動画リンク|動画url|アドレス|投稿リンク|動画のリンク",
        "title": "タイトル|動画タイトル|題名|動画のタイトル",
        "caption": "キャプション|説明|説明文|本文|概要|テキスト|投稿文",
        "views": "再生数|再生回数|視聴数|視聴回数|閲覧数|総再生数|合計再生数|合計視聴数|ビュー|再生"
        "|ビュー数|動画再生数|視聴",
        "likes": "いいね|いいね数|いいね!|高評価|高評価数|合計いいね数|イイネ|いいねの数",
        "comments": "コメント|コメント数|合計コメント数|コメントの数",
        "shares": "シェア|シェア数|共有|共有数|合計シェア数|シェアの数",
        "saves": "保存|保存数|お気に入り|お気に入り数|ブックマーク数|ブックマーク|セーブ数|セーブ",
        "duration": "長さ|動画の長さ|尺|動画時間|秒数|動画尺|秒",
        "author": "アカウント|アカウント名|ユーザー名|ユーザー|投稿者|作成者|クリエイター"
        "|チャンネル",
        "captured_at": "取得日|取得日時|集計日",
        "new_followers": "新規フォロワー",
    },
    "ko": {
        "date": "날짜|게시일|업로드일|게시 날짜|등록일|작성일|업로드 날짜|일자",
        "when": "시간|게시 시간|업로드 시간",
        "url": "링크|주소|영상 링크|동영상 링크",
        "title": "제목|영상 제목|동영상 제목",
        "caption": "설명|캡션|내용|본문",
        "views": "조회수|조회|재생수|시청수|재생 횟수|총 조회수|조회 수|시청 횟수",
        "likes": "좋아요|좋아요수|좋아요 수",
        "comments": "댓글|댓글수|댓글 수",
        "shares": "공유|공유수|공유 수",
        "saves": "저장|저장수|저장 수|즐겨찾기",
        "duration": "길이|영상 길이|동영상 길이|초",
        "author": "계정|사용자|작성자|채널|크리에이터|사용자 이름",
    },
    "zh": {
        "date": "日期|发布日期|發佈日期|發布日期|发表日期|发布于|上传日期|上傳日期",
        "when": "时间|時間|发布时间|發佈時間|發布時間|发表时间|上传时间",
        "url": "链接|連結|鏈接|视频链接|影片連結|网址|網址|作品链接",
        "title": "标题|標題|视频标题|影片標題|作品标题",
        "caption": "描述|文案|说明|簡介|简介|內容|内容|正文",
        "views": "播放量|播放|播放数|播放次数|观看次数|浏览量|觀看次數|瀏覽量|浏览|播放數|观看量"
        "|观看数|总播放量",
        "likes": "点赞|点赞数|点赞量|點讚|點讚數|赞|获赞|喜歡|喜欢|按讚數",
        "comments": "评论|评论数|评论量|評論|評論數|留言|留言數",
        "shares": "分享|分享数|分享量|转发|转发数|分享數|轉發",
        "saves": "收藏|收藏数|收藏量|收藏數",
        "duration": "时长|視頻時長|视频时长|時長|长度|長度|秒",
        "author": "账号|帐号|作者|用户|用户名|帳號|使用者|博主|达人",
        "captured_at": "采集时间|抓取时间|采集日期",
    },
    "ru": {
        "date": "дата|дата публикации|опубликовано|дата загрузки|дата выхода|дата поста",
        "when": "время|время публикации",
        "url": "ссылка|ссылка на видео|ссылка на пост",
        "title": "название|заголовок|название видео",
        "caption": "описание|текст|подпись",
        "views": "просмотры|просмотров|просмотр|воспроизведения",
        "likes": "лайки|лайков|лайк|нравится|отметки нравится|сердечки",
        "comments": "комментарии|комментариев|комменты|коммент",
        "shares": "репосты|репостов|поделились|пересылки|шеры|поделиться",
        "saves": "сохранения|сохранений|сохранено|избранное|в избранном|закладки|сохранили",
        "duration": "длительность|продолжительность|длина|секунды|хронометраж|длительность сек",
        "author": "аккаунт|автор|пользователь|канал|ник|имя пользователя|блогер",
        "captured_at": "дата сбора|собрано",
    },
    "uk": {
        "date": "дата публікації|опубліковано",
        "when": "час|час публікації",
        "url": "посилання|посилання на відео",
        "title": "назва",
        "caption": "опис",
        "views": "перегляди|переглядів",
        "likes": "вподобання|вподобань|лайки|уподобання",
        "comments": "коментарі|коментарів",
        "shares": "поширення|поширень|поділились|репости",
        "saves": "збереження|збережень|збережено",
        "duration": "тривалість|довжина",
        "author": "акаунт|обліковий запис|користувач",
    },
    "el": {
        "date": "ημερομηνία|ημερομηνία δημοσίευσης|δημοσιεύτηκε",
        "when": "ώρα|ώρα δημοσίευσης",
        "url": "σύνδεσμος",
        "title": "τίτλος",
        "caption": "περιγραφή|λεζάντα|κείμενο",
        "views": "προβολές|αναπαραγωγές",
        "likes": "μου αρέσει|αρέσει|καρδιές",
        "comments": "σχόλια",
        "shares": "κοινοποιήσεις|μοιράσματα",
        "saves": "αποθηκεύσεις|αποθηκευμένα|αγαπημένα",
        "duration": "διάρκεια|μήκος",
        "author": "λογαριασμός|χρήστης|δημιουργός",
    },
    "ar": {
        "date": "التاريخ|تاريخ النشر|تاريخ",
        "when": "الوقت|وقت النشر",
        "url": "الرابط|رابط الفيديو|رابط",
        "title": "العنوان|عنوان|عنوان الفيديو",
        "caption": "الوصف|وصف|النص",
        "views": "المشاهدات|مشاهدات|عدد المشاهدات|مشاهدة",
        "likes": "الإعجابات|إعجابات|الاعجابات|عدد الإعجابات|إعجاب|اعجابات",
        "comments": "التعليقات|تعليقات|عدد التعليقات",
        "shares": "المشاركات|مشاركات|عدد المشاركات",
        "saves": "الحفظ|المحفوظات|مرات الحفظ|المفضلة",
        "duration": "المدة|مدة|مدة الفيديو|الطول",
        "author": "الحساب|حساب|المستخدم|اسم المستخدم",
    },
    "hi": {
        "date": "तारीख|दिनांक",
        "when": "समय",
        "url": "लिंक",
        "title": "शीर्षक",
        "caption": "विवरण",
        "views": "व्यूज़|व्यूज|दृश्य|बार देखा गया",
        "likes": "लाइक|पसंद|लाइक्स",
        "comments": "टिप्पणियाँ|कमेंट|टिप्पणी",
        "shares": "शेयर|साझा",
        "saves": "सहेजे गए|सेव",
        "duration": "अवधि",
    },
    "th": {
        "date": "วันที่|วันที่โพสต์",
        "when": "เวลา|เวลาโพสต์",
        "url": "ลิงก์",
        "title": "ชื่อ|ชื่อวิดีโอ",
        "caption": "คำอธิบาย|แคปชัน",
        "views": "ยอดวิว|การดู|ยอดดู|ยอดรับชม|การรับชม",
        "likes": "ถูกใจ|ยอดไลก์|ไลก์|การถูกใจ",
        "comments": "ความคิดเห็น|คอมเมนต์",
        "shares": "แชร์|การแชร์",
        "saves": "บันทึก|การบันทึก",
        "duration": "ความยาว|ระยะเวลา",
    },
}  # fmt: skip

# Words that together name whose post it is: "creator handle", "Nom du créateur".
_WHOSE = frozenset(
    """
    creator author user username account profile channel owner uploader influencer talent kol
    blogger compte createur auteur utilisateur chaine cuenta creador autor usuario canal conta
    criador perfil creatore autore utente profilo konto kanal ersteller nutzer benutzer
    gebruiker bruger tworca uzytkownik hesap kullanici akun pengguna kreator アカウント クリエイター
    """.split()  # noqa: SIM905
)
_HANDLES = frozenset(("handle", "username"))
_CALLED = _HANDLES | frozenset(
    "name nick nickname social nom nome naam navn namn nazwa adi nama 名".split()  # noqa: SIM905
)
# Seconds, as they stand behind the name of a length.
_SECONDS = frozenset(
    """
    s sec secs second seconds sek sekunden sekunder sekund sekundy seg segs segundos secondes
    secondi seconden secunde sn saniye detik giay mp c сек секунд секунды 秒 秒数 초
    """.split()  # noqa: SIM905
)

_LETTERS = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def folded(header: str) -> str:
    """A header for comparison: lower case, no accents, spaces for punctuation and camel case."""
    text = unicodedata.normalize("NFKC", visible(header)).replace("TikTok", "Tiktok")
    text = _CAMEL.sub(" ", text.replace("YouTube", "Youtube"))
    text = text.casefold().translate(_LETTERS)
    text = re.sub("[\u0300-\u036f\ufe0e\ufe0f]", "", unicodedata.normalize("NFD", text))
    text = unicodedata.normalize("NFC", text)
    return " ".join(
        "".join(" " if unicodedata.category(c)[0] in "PSZC" else c for c in text).split()
    )


def _bare(header: str) -> str:
    """A folded header without the words that say nothing."""
    return " ".join(word for word in folded(header).split() if word not in _NOISE)


@lru_cache
def _index() -> tuple[dict[str, str], dict[str, str]]:
    """Meanings by folded name, and by what remains of it."""
    whole: dict[str, str] = {}
    bare: dict[str, str] = {}
    for words in LEXICON.values():
        for field, names in words.items():
            for name in names.split("|"):
                whole.setdefault(folded(name), field)
                bare.setdefault(_bare(name) or folded(name), field)
    return whole, bare


@lru_cache(maxsize=4096)
def meaning(header: str) -> str:
    """What a column holds by its name: a field, `when`, `title`, `author_name`, `author_id` or "".

    Parameters
    ----------
    header : str
        As the file writes it.

    Returns
    -------
    str
        "" where no language of `LEXICON` knows the name.
    """
    whole, bare = _index()
    name = folded(header)
    if name in whole:
        return whole[name]
    found = bare.get(_bare(header), "")
    if found in _COUNTED:
        return found
    if _COUNTING & set(name.split()):
        return ""
    return found or _whose(header) or _length_in_seconds(name)


def _whose(header: str) -> str:
    words = set(_bare(header).split())
    if not words & (_WHOSE | _HANDLES) or words - _WHOSE - _CALLED:
        return ""
    return "author" if words & _HANDLES else "author_name"


def _length_in_seconds(name: str) -> str:
    """A length whose unit stands behind its name; in minutes it would be another number."""
    length, _, unit = name.rpartition(" ")
    found = meaning(length.removesuffix(" in")) if unit in _SECONDS else ""
    return found if found in ("duration", "avg_watch") else ""
