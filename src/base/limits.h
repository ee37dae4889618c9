#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/*
 * Every input has a ceiling, and every ceiling has its name here.  Exceeding
 * one is an ordinary ERR_INVALID.  Bytes unless the name says otherwise.
 */

/* HTTP, incoming */
#define LIMIT_REQUEST_BODY  (1024 * 1024)
#define LIMIT_WEBHOOK_BODY  (256 * 1024)
#define LIMIT_SANDBOX_BODY  (512 * 1024 * 1024) /* file/video/ad/upload/ */
#define LIMIT_REPLY_BODY    (32 * 1024 * 1024)
#define LIMIT_REPLY_PIECE   (4 * 1024 * 1024) /* of an answer that is made piece by piece */
#define LIMIT_PAGE_EVENT    (32 * 1024)       /* an event of a page */
#define LIMIT_HEADERS_COUNT 64
#define LIMIT_QUERY_COUNT   64
#define LIMIT_URL           8192
#define LIMIT_LIST_ROWS     200   /* largest page of our own lists */
#define LIMIT_COUNTED       10000 /* rows that a count of a list looks at; "more" beyond */

/* Answers that go on */
#define LIMIT_LIVE_TOPIC   63          /* bytes of a name */
#define LIMIT_LIVE_WAITING (64 * 1024) /* told and not read yet, of one client */
#define LIMIT_LIVE_CLIENTS 1000        /* of one process; a half of `connections` at most */
#define LIMIT_LIVE_PER_ORG 100
#define LIMIT_LIVE_ROWS    500 /* looked at a second, of one table and org */
#define LIMIT_LIVE_CHANGES 50  /* of one kind, told one by one; more are told as a whole */

/* JSON and forms */
#define LIMIT_JSON_DEPTH        32
#define LIMIT_JSON_WRITER_DEPTH 40
#define LIMIT_JSON_CONTAINERS   65536 /* lists and objects of one document: each costs ~1 KB */
#define LIMIT_JSON_TEXT         (4 * 1024 * 1024)
#define LIMIT_FORM_FIELDS       256
#define LIMIT_CSV_COLUMNS       256
#define LIMIT_CSV_FIELD         (64 * 1024)

/* HTTP, outgoing */
#define LIMIT_ANSWER_BODY (64 * 1024 * 1024)

/* People's texts */
#define LIMIT_NAME       100  /* characters */
#define LIMIT_TITLE      200  /* characters */
#define LIMIT_TEXT       4096 /* characters */
#define LIMIT_LABEL      512  /* characters: platform names */
#define LIMIT_PASSWORD   256
#define LIMIT_EMAIL      254
#define LIMIT_AGENT      300 /* bytes kept of a browser's name */
#define LIMIT_PHONE      64
#define LIMIT_URL_TEXT   2048
#define LIMIT_EVENT_NAME 50
#define LIMIT_CLICK_ID   1024
#define LIMIT_EVENT_ID   100

/* Events of pages: a minute, of one process */
#define LIMIT_PAGE_EVENTS_KEY     6000
#define LIMIT_PAGE_EVENTS_ADDRESS 600

/* People */
#define LIMIT_SAVED_VIEWS      30    /* of one person, page and org */
#define LIMIT_AUDIT_LINES      20000 /* looked at by one question that no index answers */
#define LIMIT_ORGS_PER_USER    100
#define LIMIT_OPEN_INVITATIONS 200 /* of one org */

/* Objects */
#define LIMIT_DIRECTIONS_PER_ACCOUNT 20 /* active */
#define LIMIT_CREATIVES_PER_LAUNCH   20
#define LIMIT_ADS_PER_ADGROUP        50 /* the default of a setting */
#define LIMIT_ACTIONS_PER_BATCH      50
#define LIMIT_OBJECT_IDS             500 /* named by one question for campaigns, ad groups, ads */
#define LIMIT_OBJECT_ROWS            1000 /* of one page of them */
#define LIMIT_TAG                    50   /* characters */
#define LIMIT_TAGS_PER_CREATIVE      30
#define LIMIT_CREATIVES_PER_BULK     100 /* changed by one request */
#define LIMIT_USAGE_ROWS             200 /* ads listed of one creative */

/* Search */
#define LIMIT_QUESTION       200          /* characters */
#define LIMIT_QUESTION_WORDS 16           /* what follows is left out */
#define LIMIT_INDEXED_WORDS  20000        /* of one text */
#define LIMIT_INDEXED_BYTES  (192 * 1024) /* of one text: four of them fit a tsvector (1 MB) */
#define LIMIT_REPORT_ROWS    200000

/* Targeting */
#define LIMIT_TARGETS          50                 /* of one answer */
#define LIMIT_TARGETS_KEPT     60000              /* entries of a list that is kept */
#define LIMIT_TARGET_BYTES     (16 * 1024 * 1024) /* of a list that is kept */
#define LIMIT_TARGET_QUESTIONS 200                /* kept of one advertiser and kind */
#define LIMIT_TARGETS_CHOSEN   1000               /* of one direction and kind */

/* Currency rates */
#define LIMIT_RATES      20000 /* of one CSV file */
#define LIMIT_FEED_BODY  (1024 * 1024)
#define LIMIT_FEED_ITEMS 500

/* Leads in and out */
#define LIMIT_EXPORT_ROWS   10000000 /* of one export of leads */
#define LIMIT_IMPORT_BODY   (8 * 1024 * 1024)
#define LIMIT_IMPORT_ROWS   20000
#define LIMIT_IMPORT_ERRORS 200 /* bad rows that an answer names; all are counted */
#define LIMIT_CRM_ENTRIES   200 /* of one delivery of a CRM */
#define LIMIT_PULLED_FILE   (12 * 1024 * 1024) /* an export of the platform: 10 MB at most */

/* Conversions sent back */
#define LIMIT_EVENT_DAYS 90 /* looked at by one question for pixels */

/* Alerts */
#define LIMIT_ALERTS_PER_KIND 20
#define LIMIT_ALERT_HOURS     (24 * 90) /* put aside */

/* Database waits, milliseconds */
#define LIMIT_STATEMENT_MS        30000
#define LIMIT_LOCK_MS             10000
#define LIMIT_IDLE_TRANSACTION_MS 60000

/* Transcripts */
#define LIMIT_SPEECH_FILE     (25LL * 1000 * 1000) /* what the best known provider takes */
#define LIMIT_SPEECH_ANSWER   (4 * 1024 * 1024)
#define LIMIT_SPEECH_TEXT     (64 * 1024)
#define LIMIT_SPEECH_SEGMENTS 4096

/* Files */
#define LIMIT_VIDEO           (500LL * 1024 * 1024)
#define LIMIT_UPLOAD_METADATA (8 * 1024) /* the header */
#define LIMIT_UPLOAD_KEYS     32
#define LIMIT_UPLOAD_PARTS    64 /* of one concatenation */
#define LIMIT_POSTER          (10 * 1024 * 1024)
#define LIMIT_IMAGE           (50 * 1024 * 1024) /* of a creative: the most that a platform takes */

/* Creatives */
#define LIMIT_TRANSCRIPT_MS     (13 * 60 * 1000) /* of a video's sound */
#define LIMIT_NEAR_LOOKS        5000 /* newest videos that a new one is compared with */
#define LIMIT_CREATIVES_RESUMED 500  /* by one call: retried, or sent to a new account */
#define LIMIT_CARDS             10   /* of a carousel */

#endif
