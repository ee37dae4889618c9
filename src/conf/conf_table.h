#ifndef CONF_CONF_TABLE_H
#define CONF_CONF_TABLE_H

/* T(name, default, sentence)  S = secret, never printed
 * I(name, default, low, high, unit, sentence)  B(name, default, sentence)
 * In alphabetical order; this order is the manual's. */
#define SETTINGS(T, S, I, B)                                                                   \
    T(address, "127.0.0.1", "address the server listens on")                                   \
    I(ads_per_adgroup, 50, 1, 1000, "ads", "most ads in one ad group")                         \
    B(allow_private_urls, false,                                                               \
      "let media_url and other people's URLs reach private networks")                          \
    I(brain_hour, 8, 0, 23, "", "local hour of the daily autopilot run")                       \
    T(clock_file, "", "file with a clock offset, for tests")                                   \
    I(collect_days, 7, 1, 30, "days", "past days that each collection reads again")            \
    I(connections, 1024, 16, 100000, "connections", "most open HTTP connections")              \
    B(creative_mend, false,                                                                    \
      "mend videos that a platform would refuse, where that can be done; both files are kept") \
    T(data, "data", "folder of the database, the key and the files")                           \
    T(db, "", "sqlite:PATH or postgres://...; empty is sqlite:<data>/adwright.db")             \
    I(disk_reserve_mb, 512, 0, 1048576, "MB", "room on the disk that uploads leave free")      \
    I(drain_seconds, 20, 0, 600, "seconds", "time to finish work after SIGTERM")               \
    I(event_log_days, 180, 1, 3650, "days",                                                    \
      "how long the attempts of GET /api/events/log are kept")                                 \
    I(event_timeout_seconds, 30, 1, 60, "seconds",                                             \
      "longest wait for a platform's answer to conversions")                                   \
    T(facebook_api_version, "v26.0", "version part of Facebook's API paths")                   \
    T(facebook_app_id, "", "id of your Facebook developer app")                                \
    S(facebook_app_secret, "", "secret of your Facebook developer app")                        \
    T(facebook_base_url, "https://graph.facebook.com",                                         \
      "Facebook's API host; the sandbox's address in demos")                                   \
    T(facebook_dialog_url, "https://www.facebook.com", "host of Facebook's login dialog")      \
    S(facebook_verify_token, "",                                                               \
      "any text of yours that Facebook repeats when it checks the webhook's address")          \
    T(facebook_video_base_url, "https://graph-video.facebook.com",                             \
      "Facebook's host for the bytes of videos")                                               \
    B(feature_facebook, true, "show and accept the Facebook platform")                         \
    B(feature_tiktok, true, "show and accept the TikTok platform")                             \
    I(inbox_days, 90, 1, 3650, "days",                                                         \
      "raw bodies of leads that were read are erased after that")                              \
    I(inbox_failed_days, 90, 1, 3650, "days",                                                  \
      "raw bodies that could not be read, or that nobody here owns, are erased after that")    \
    I(job_workers, 4, 1, 64, "threads", "job workers")                                         \
    I(lead_poll_minutes, 30, 0, 1440, "minutes",                                               \
      "how often the platforms are asked for leads that no webhook brought; 0 is never")       \
    I(lead_retention_days, 0, 0, 36500, "days",                                                \
      "persons' data of older leads are erased, counts stay; 0 keeps them")                    \
    T(log, "info", "lowest level logged: debug, info, warn, error")                            \
    T(log_format, "auto", "auto (words on a terminal, JSON elsewhere), json or text")          \
    I(media_org_mb, 102400, 0, 1073741824, "MB",                                               \
      "most room of one organisation's videos; 0 is no limit")                                 \
    S(model_api_key, "", "key of the language model's server, where it wants one")             \
    T(model_name, "", "name of the language model that reads dialogs")                         \
    T(model_url, "",                                                                           \
      "OpenAI-compatible base address, as http://localhost:11434/v1; empty asks no model")     \
    I(port, 8080, 0, 65535, "", "port the server listens on; 0 is any free one")               \
    T(public_url, "",                                                                          \
      "address under which browsers and platforms reach us; empty is http://address:port")     \
    I(queue_age_ms, 2000, 50, 60000, "ms",                                                     \
      "refuse new requests when the oldest has waited so long")                                \
    T(rates_feed_url, "",                                                                      \
      "feed of currency rates; https://nationalbank.kz/rss/get_rates.cfm, empty is none")      \
    I(request_seconds, 30, 1, 600, "seconds", "deadline of one request")                       \
    T(sandbox_faults, "", "JSON of faults to begin with (sandbox)")                            \
    T(sandbox_seed, "1", "seed of the sandbox's world")                                        \
    T(sandbox_state, "", "file in which the sandbox keeps its state over restarts")            \
    T(sandbox_world, "demo", "world of the sandbox: an archetype's name or a world file")      \
    T(settings, "", "settings file; empty is <data>/adwright.conf where it exists")            \
    T(telegram_base_url, "https://api.telegram.org",                                           \
      "Telegram's Bot API host, or your own bot server")                                       \
    T(tiktok_api_version, "v1.3", "version part of TikTok's API paths")                        \
    T(tiktok_app_id, "", "id of your TikTok developer app")                                    \
    S(tiktok_app_secret, "", "secret of your TikTok developer app")                            \
    T(tiktok_auth_url, "https://business-api.tiktok.com/portal/auth",                          \
      "TikTok's authorization page")                                                           \
    T(tiktok_base_url, "https://business-api.tiktok.com",                                      \
      "TikTok's API host; the sandbox's address in demos")                                     \
    T(tiktok_lead_regions, "",                                                                 \
      "regions whose leads are read too, comma-separated: us, eu (EEA, Switzerland, UK)")      \
    S(tiktok_webhook_secret, "",                                                               \
      "secret of TikTok's webhooks, or several in turn, comma-separated; empty is the app "    \
      "secret")                                                                                \
    T(tiktok_webhook_signatures, "open,timestamped,plain",                                     \
      "accepted signature schemes, comma-separated")                                           \
    S(transcription_api_key, "", "key of the transcription server, where it wants one")        \
    T(transcription_engine_model, "/usr/share/pocketsphinx/model/en-us",                       \
      "folder of PocketSphinx's model: acoustic model, language model, dictionary")            \
    T(transcription_language, "",                                                              \
      "language spoken in the videos (en, ru, kk); empty lets the server detect it")           \
    T(transcription_model, "whisper-1", "model asked of the transcription server")             \
    T(transcription_provider, "auto",                                                          \
      "who writes transcripts: http, pocketsphinx, off; auto is http where transcription_url " \
      "is set, else pocketsphinx where transcription_language is en")                          \
    T(transcription_url, "",                                                                   \
      "transcription server: its root, or the address with /v1/audio/transcriptions or "       \
      "/inference")                                                                            \
    B(upload_hash, true,                                                                       \
      "SHA-256 of an upload as it arrives; no makes uploads cheaper and reads them once more " \
      "afterwards")                                                                            \
    I(upload_hours, 24, 1, 720, "hours",                                                       \
      "an upload that nobody goes on with is removed after that")                              \
    I(upload_max_mb, 500, 1, 500, "MB", "largest file that can be uploaded")                   \
    I(upload_org_mb, 20480, 0, 1073741824, "MB",                                               \
      "most that one organisation has on its way; 0 is no limit")                              \
    T(upload_origins, "",                                                                      \
      "other sites whose pages may upload (CORS): https://a.example,https://b.example")        \
    B(upload_sync, true,                                                                       \
      "every piece of an upload is on the disk before it is acknowledged; no lets a power "    \
      "failure take what was acknowledged last")                                               \
    I(uploads_per_org, 200, 0, 100000, "uploads",                                              \
      "most unfinished uploads of one organisation; 0 is no limit")                            \
    I(workers, 8, 1, 256, "threads", "request workers")

#endif
