#ifndef SANDBOX_FACES_H
#define SANDBOX_FACES_H

#include "sandbox/call.h"

/* The handlers, one per endpoint; faces.c binds them to their paths. */
call_handler oauth_access_token, oauth_token, oauth_advertiser_get, oauth_revoke, user_info;
call_handler advertiser_info;
call_handler identity_get, identity_info, identity_create, identity_delete, identity_video_get,
    identity_video_info;
call_handler spark_authorize, spark_info, spark_list, spark_unbind;
call_handler campaign_create, campaign_update, campaign_status, campaign_get;
call_handler adgroup_create, adgroup_update, adgroup_status, adgroup_budget, adgroup_get,
    adgroup_quota, adgroup_review;
call_handler ad_create, ad_update, ad_status, ad_get, ad_review, audience_size;
call_handler file_name_check, video_upload, video_info, video_search, video_rename,
    video_covers, image_upload, image_info, image_search, upload_start, upload_transfer,
    upload_finish;
call_handler report_get, report_task_create, report_task_check, report_task_download,
    report_task_cancel;
call_handler page_get, page_field_get, page_library_get, lead_field_get;
call_handler lead_task, lead_download, lead_one, mock_create, mock_get, mock_delete;
call_handler subscription_add, subscription_get, subscription_end;
call_handler term_check, term_get, term_confirm;
call_handler event_track;
web_handler events_get; /* the events that were taken */
call_handler pixel_list, pixel_create, pixel_update, pixel_event_create, pixel_event_update,
    pixel_event_delete, pixel_event_stats, crm_list;
call_handler tool_region, tool_search, tool_info, tool_language, tool_interest, tool_action,
    tool_keyword, tool_timezone, tool_url;
call_handler audience_file, audience_create, audience_update, audience_rule, audience_lookalike,
    audience_refresh, audience_get, audience_list, audience_delete, audience_apply,
    audience_apply_log, saved_create, saved_list, saved_delete;

/* The handler of an endpoint; NULL where this sandbox has none. */
call_handler *face_find(struct str path);

#endif
