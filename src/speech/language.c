/* language.c - the names by which transcription servers call languages. */

#include "speech/parts.h"

#include "base/arena.h"

/* Whisper's own list, its spelling. */
static const struct {
    const char *code, *name;
} languages[] = {
    {"en", "english"},    {"zh", "chinese"},     {"de", "german"},        {"es", "spanish"},
    {"ru", "russian"},    {"ko", "korean"},      {"fr", "french"},        {"ja", "japanese"},
    {"pt", "portuguese"}, {"tr", "turkish"},     {"pl", "polish"},        {"ca", "catalan"},
    {"nl", "dutch"},      {"ar", "arabic"},      {"sv", "swedish"},       {"it", "italian"},
    {"id", "indonesian"}, {"hi", "hindi"},       {"fi", "finnish"},       {"vi", "vietnamese"},
    {"he", "hebrew"},     {"uk", "ukrainian"},   {"el", "greek"},         {"ms", "malay"},
    {"cs", "czech"},      {"ro", "romanian"},    {"da", "danish"},        {"hu", "hungarian"},
    {"ta", "tamil"},      {"no", "norwegian"},   {"th", "thai"},          {"ur", "urdu"},
    {"hr", "croatian"},   {"bg", "bulgarian"},   {"lt", "lithuanian"},    {"la", "latin"},
    {"mi", "maori"},      {"ml", "malayalam"},   {"cy", "welsh"},         {"sk", "slovak"},
    {"te", "telugu"},     {"fa", "persian"},     {"lv", "latvian"},       {"bn", "bengali"},
    {"sr", "serbian"},    {"az", "azerbaijani"}, {"sl", "slovenian"},     {"kn", "kannada"},
    {"et", "estonian"},   {"mk", "macedonian"},  {"br", "breton"},        {"eu", "basque"},
    {"is", "icelandic"},  {"hy", "armenian"},    {"ne", "nepali"},        {"mn", "mongolian"},
    {"bs", "bosnian"},    {"kk", "kazakh"},      {"sq", "albanian"},      {"sw", "swahili"},
    {"gl", "galician"},   {"mr", "marathi"},     {"pa", "punjabi"},       {"si", "sinhala"},
    {"km", "khmer"},      {"sn", "shona"},       {"yo", "yoruba"},        {"so", "somali"},
    {"af", "afrikaans"},  {"oc", "occitan"},     {"ka", "georgian"},      {"be", "belarusian"},
    {"tg", "tajik"},      {"sd", "sindhi"},      {"gu", "gujarati"},      {"am", "amharic"},
    {"yi", "yiddish"},    {"lo", "lao"},         {"uz", "uzbek"},         {"fo", "faroese"},
    {"ht", "haitian"},    {"ps", "pashto"},      {"tk", "turkmen"},       {"nn", "nynorsk"},
    {"mt", "maltese"},    {"sa", "sanskrit"},    {"lb", "luxembourgish"}, {"my", "myanmar"},
    {"bo", "tibetan"},    {"tl", "tagalog"},     {"mg", "malagasy"},      {"as", "assamese"},
    {"tt", "tatar"},      {"ln", "lingala"},     {"ha", "hausa"},         {"ba", "bashkir"},
    {"jv", "javanese"},   {"su", "sundanese"},
};

struct str speech_language(struct arena *arena, struct str said)
{
    struct str name = str_lower(arena, str_trim(said));
    struct str code = str_sub(name, 0, str_find(name, '-')); /* en-us */

    code = str_sub(code, 0, str_find(code, '_'));
    for (size_t i = 0; i < countof(languages); i++)
        if (str_eq(code, str(languages[i].code)) || str_eq(name, str(languages[i].name)))
            return str(languages[i].code);
    /* Three letters (haw, yue) and the like are kept as they are. */
    for (size_t i = 0; i < code.n; i++)
        if (code.p[i] < 'a' || code.p[i] > 'z')
            return STR("");
    return code.n == 2 || code.n == 3 ? code : STR("");
}
