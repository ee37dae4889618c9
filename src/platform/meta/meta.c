/* meta.c - Facebook as a struct platform. */

#include "platform/meta/meta.h"

const struct platform platform_meta = {
    .name = "facebook",
    .authorize_url = meta_authorize_url,
    .check_settings = meta_check_settings,
    .exchange = meta_exchange,
    .advertiser = meta_advertiser,
    .identities = meta_identities,
    .best_identity = meta_best_identity,
    .check_identity = meta_check_identity,
    .subscribe_leads = meta_subscribe_leads,
    .pages = meta_pages,
    .upload_video = meta_upload_video,
    .find_video = meta_find_video,
    .video = meta_video,
    .upload_image = meta_upload_image,
    .find_image = meta_find_image,
    .covers = meta_covers,
    .base_url = meta_base_url,
    .event_batch = 1000,
    .event_phone = meta_event_phone,
    .check_event = meta_check_event,
    .event_body = meta_event_body,
    .send_events = meta_send_events,
    .pixel_code = meta_pixel_code,
    .lead = meta_lead,
    .leads = meta_leads,
};
