"""Word stems by which platforms name their columns, in the languages of their interfaces."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from virality.posts.parse import counts, is_blank, visible
from virality.posts.source import Table

VIEWS = (
    r"views?|video views|plays|aufrufe|wiedergaben|vues|lectures|vistas|reproducciones"
    r"|visualiza(ciones|ções)|reproduções|visualizzazioni|riproduzioni|weergaven|visninger"
    r"|visningar|wyświetlenia|odtworzenia|görüntüle(me|nme)(ler|si|leri)?( sayısı)?"
    r"|(jumlah )?(pena|ta)yangan|(số )?lượt xem|просмотры|перегляди|προβολές"
    r"|(ال)?مشاهدات|視聴回数|再生回数|再生数|(观看|播放|浏览)(次数|量)?|(觀看|播放|瀏覽)(次數)?|조회수?"
)
AVERAGE = (
    r"average|durchschn|moyen|promedio|medi[ao]\b|médi[ao]|gemiddeld|gennemsnit|genomsnitt|średni"
    r"|ortalama|rata.rata|trung bình|средн|μέσ|متوسط|平均|평균"
)
TITLE = (
    r"title|titel|titre|t[íi]tulo|titolo|tytuł|başlı|judul|tiêu đề|назв|заголов|τίτλο|عنوان"
    r"|タイトル|标题|標題|제목"
)
CAPTION = (
    r"descri|beschreibung|omschrijving|beskriv|opis|açıklama|deskripsi|keterangan|mô tả|описан"
    r"|περιγραφ|وصف|caption|légende|說明|说明|説明|描述|설명"
)
PUBLISHED = (
    r"publi|veröffentlich|pubblic|gepubl|udgiv|opubl|yayın|dipublik|terbit|xuất bản|đăng|публ"
    r"|δημοσ|نشر|公開|投稿|发布|發佈|發布|게시"
)
LENGTH = (
    r"duration|dauer|länge|durée|duraci|duraç|durata|duur|varighed|varaktighet|længde|czas trwania"
    r"|süre|durasi|thời lượng|длительн|продолжит|тривал|διάρκ|مدة|長さ|長度|时长|時長|길이|length"
)
LIKES = (
    r"(?<!dis)like|gefällt|mag ich(?! nicht)|j.aime|(?<!no )me gusta|(?<!não )gost|curtid"
    r"|(?<!non )mi piace|vind.ik.leuk|synes godt|gilla|beğen(?!me)|suka|polub|thích"
    r"|(?<!не )нрав|лайк|вподоб|αρέσει|إعجاب|高評価|いいね|赞|讚|좋아요"
)
COMMENTS = (
    r"comment|kommentar|coment|commenti|reactie|komentar|yorum|bình luận|коммент|комент|σχόλι"
    r"|تعليق|コメント|评论|評論|留言|댓글"
)
SHARES = (
    r"share|geteilt|teil(en|ung)|partag|compart|condivi|gedeeld|delinger|delningar|paylaş|dibagi"
    r"|bagikan|udostęp|chia sẻ|подел|репост|пошир|κοινοπο|مشارك|共有|シェア|分享|공유"
)
SAVES = (
    r"save|saving|gespeichert|enregistr|guardad|salv|opgeslagen|gemt|sparade|kaydet|disimpan"
    r"|zapis|lưu|сохран|збереж|αποθηκ|حفظ|保存|收藏|저장"
)
FOLLOWS = (
    r"follows?|abonnement|suivi|seguimientos|seguidor|segui|volg|følg|takip|mengikuti|obserwuj"
    r"|theo dõi|подпис|підпис|フォロー|关注|關注|팔로"
)
SUBSCRIBERS = (
    r"subscribers|abonn(enten|ees|és|enter|ement)|suscriptores|inscritos|iscritti|prenumeranter"
    r"|subskrybenci|abone(ler)?|subscriber|(số )?người đăng ký|подписчики|підписники"
    r"|(チャンネル)?登録者(数)?|订阅(者|人数)|訂閱(人數|者)|구독자"
)
ACCOUNT = (
    r"user ?name|benutzername|nom d.utilisateur|usu[aá]rio|utente|gebruikersnaam|brugernavn"
    r"|användarnamn|nazwa użytk|kullanıcı adı|nama pengguna|tên người dùng|имя польз"
    r"|ユーザー|用户名|用戶|사용자"
)
TYPE = (
    r"post type|beitrags(typ|art)|type de (publication|post)|tipo d[ei] (post|public)|berichttype"
    r"|opslagstype|inläggstyp|typ posta|gönderi (türü|tipi)|(jenis|tipe) (post|kirim)"
    r"|loại bài|тип публ|тип допис|投稿タイプ|帖子类型|貼文類型|게시물 유형|media type"
)


NUMBERS = frozenset(("views", "likes", "comments", "shares", "saves", "new_followers"))


def columns_by_stem(
    table: Table, stems: Mapping[str, str], taken: Collection[int] = ()
) -> dict[str, int]:
    """Position of the first column whose name and content fit each field; each column once.

    A stem that starts with ``^`` must match the whole name. Fields come in the order of `stems`;
    those of `NUMBERS` want counts, a date wants digits, and a sum of several counts is none.
    """
    names = [visible(h).casefold() for h in table.header]
    sums = {i for i, h in enumerate(names) if sum(bool(re.search(s, h)) for s in _PARTS) > 1}
    found: dict[str, int] = {}
    for name, stem in stems.items():
        whole = stem.startswith("^")
        match = re.compile(stem.removeprefix("^")).fullmatch if whole else re.compile(stem).search
        barred = {*taken, *found.values(), *(sums if name in NUMBERS else ())}
        for i, header in enumerate(names):
            if i not in barred and match(header) and _fits(name, table.columns[i]):
                found[name] = i
                break
    return found


_PARTS = (LIKES, COMMENTS, SHARES)


def _fits(name: str, column: list[str]) -> bool:
    filled = [c for c in column if not is_blank(c)]
    if name in NUMBERS:
        read = counts(filled).data
        return sum(v is not None for v in read) > 0.5 * len(filled)
    if name == "date":
        return sum(any(c.isdigit() for c in cell) for cell in filled) > 0.5 * len(filled)
    return True
