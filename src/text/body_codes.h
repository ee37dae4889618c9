#ifndef TEXT_BODY_CODES_H
#define TEXT_BODY_CODES_H

/* What is wrong with a field of a request (json_body.c), as codes (text/says.h); their words
 * are in ui/src/words/<language>/problem.ts. */
#define BODY_CODES(CODE)                                                                       \
    CODE(BODY_MISSING, "field_missing")                                                        \
    CODE(BODY_NOT_TEXT, "field_not_text")                                                      \
    CODE(BODY_TOO_LONG, "field_too_long")                                                      \
    CODE(BODY_NOT_WHOLE, "field_not_whole")                                                    \
    CODE(BODY_NOT_BOOL, "field_not_bool")                                                      \
    CODE(BODY_NOT_MONEY, "field_not_money")                                                    \
    CODE(BODY_UNKNOWN, "field_unknown")                                                        \
    CODE(BODY_NOT_OBJECT, "body_not_object")

#endif
