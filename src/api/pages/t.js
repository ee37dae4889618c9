/* adwright site snippet; the manual is docs/snippet.md */
(function (w, d) {
  'use strict';
  var NAME = '_aw', DAYS = 90, CAP = 1024, IDS = ['ttclid', 'fbclid', 'gclid', 'yclid'];
  var script = d.currentScript || d.querySelector('script[data-key][src*="/t.js"]');
  var queued = (w.adwright && w.adwright.q) || [], waiting = [];
  if (!script || (w.adwright && w.adwright.on)) return;

  function attr(name) { return script.getAttribute('data-' + name) || ''; }
  /* Nothing of ours may break the page. */
  function safe(f) {
    return function () { try { return f.apply(null, arguments); } catch (e) { /* the page goes on */ } };
  }

  var base = script.src.replace(/\/t\.js.*$/, '');
  var key = attr('key'), consent = attr('consent') === 'required' ? '' : 'yes';
  var here = location, kept = null, landed = null;
  if (!key || (attr('dnt') && (navigator.doNotTrack === '1' || navigator.globalPrivacyControl))) return;

  function cookie(name) {
    var m = ('; ' + d.cookie).split('; ' + name + '=');
    return m.length > 1 ? m[1].split(';')[0] : '';
  }
  function put(value, days) {
    var parts = here.hostname.split('.'), i = /^[\d.]+$/.test(here.hostname) ? 0 : parts.length - 1;
    var rest = '; path=/; max-age=' + days * 86400 + '; SameSite=Lax' + (here.protocol === 'https:' ? '; Secure' : '');
    /* The widest domain that the browser takes; last of all the host alone. */
    while (i-- > 0) {
      d.cookie = NAME + '=' + value + '; domain=' + parts.slice(i).join('.') + rest;
      if (days > 0 && cookie(NAME) === value) return true;
    }
    d.cookie = NAME + '=' + value + rest;
    return cookie(NAME) === value;
  }
  /* What is kept of earlier pages; 0 = the visitor said no. */
  function stored() {
    var text = cookie(NAME);
    try { return JSON.parse(text ? decodeURIComponent(text) : localStorage.getItem(NAME)); } catch (e) { return null; }
  }
  function write() {
    var text = JSON.stringify(kept), value = encodeURIComponent(text);
    if (value.length > 3800) value = encodeURIComponent(JSON.stringify({ l: kept.l, c: kept.c, y: kept.y }));
    if (value.length > 3800 || !put(value, DAYS))
      try { localStorage.setItem(NAME, text); } catch (e) { /* this page only */ }
  }
  function forget() {
    put('', 0);
    kept = {};
    waiting = [];
    try { localStorage.removeItem(NAME); if (!put('0', DAYS)) localStorage.setItem(NAME, 0); } catch (e) { /* this page only */ }
  }

  /* What this address brings along; null = nothing. */
  function look() {
    var found = null;
    here.search.slice(1).split('&').forEach(safe(function (pair) {
      var at = pair.indexOf('='), name = pair.slice(0, at), value;
      if (at < 1 || (IDS.indexOf(name) < 0 && !/^utm_\w{1,30}$/.test(name))) return;
      value = decodeURIComponent(pair.slice(at + 1).replace(/\+/g, ' ')).slice(0, CAP);
      if (value) (found = found || { t: +new Date(), r: d.referrer.slice(0, CAP) })[name] = value;
    }));
    return found;
  }
  function keep(said) {
    kept = stored() || {};
    if (said) kept.y = 1;
    if (landed) {
      kept.f = kept.f || landed;
      if (landed.fbclid) kept.c = landed.t;
      /* A click is known for as long as no other of its kind follows. */
      IDS.forEach(function (name) { if (!landed[name] && kept.l && kept.l[name]) landed[name] = kept.l[name]; });
      kept.l = landed;
    }
    if (said || landed) write();
  }

  function id() {
    var s = '', a = new Uint8Array(16);
    (w.crypto || w.msCrypto).getRandomValues(a);
    for (var i = 0; i < 16; i++) s += (a[i] + 256).toString(16).slice(1);
    return s;
  }
  /* All that a lead or an event is told of its visitor. */
  function known() {
    var last = (kept && kept.l) || {}, first = (kept && kept.f) || {}, all = {}, n, fbc = cookie('_fbc');
    function add(name, value) { if (value) all[name] = value; }
    for (n in last) if (n.length > 1) add(n, last[n]);
    if (last.fbclid && fbc.indexOf(last.fbclid) < 0) fbc = 'fb.1.' + kept.c + '.' + last.fbclid;
    add('fbc', fbc);
    add('fbp', cookie('_fbp'));
    add('ttp', cookie('_ttp'));
    add('page_url', here.href.slice(0, 2 * CAP));
    add('referrer', last.r || d.referrer.slice(0, CAP));
    if (first.t !== last.t) {
      all.first_touch = [];
      for (n in first) if (n.length > 1) all.first_touch.push(n + '=' + encodeURIComponent(first[n]));
      all.first_touch = all.first_touch.join('&').slice(0, CAP);
    }
    add('consent', consent);
    return all;
  }

  function post(body) {
    var url = base + '/t/' + key;
    if (navigator.sendBeacon && navigator.sendBeacon(url, body)) return;
    if (w.fetch) w.fetch(url, { method: 'POST', body: body, mode: 'no-cors', keepalive: true, credentials: 'omit' })['catch'](image);
    else image();
    function image() { new Image().src = url + '?d=' + encodeURIComponent(body); }
  }
  function send(name, props, eventId) {
    var all = known(), n;
    if (consent === 'no') return;
    if (!consent) {
      if (waiting.length < 20) waiting.push([name, props, eventId]);
      return;
    }
    for (n in { value: 1, currency: 1 }) if (props[n] !== undefined) all[n] = props[n];
    all.event = name;
    all.event_id = eventId;
    post(JSON.stringify(all));
    tell(name, props, eventId);
  }
  /* The pixel's own call bears the same id: ours with data-pixel="1", else the page's. */
  function tell(name, props, eventId) {
    var e = d.createEvent('CustomEvent'), rest = {}, n;
    for (n in props) if (n !== 'event_id') rest[n] = props[n];
    if (attr('pixel') === '1' && name !== 'PageView') {
      if (w.ttq && w.ttq.track) safe(w.ttq.track.bind(w.ttq))(name, rest, { event_id: eventId });
      if (w.fbq) safe(w.fbq)('track', name, rest, { eventID: eventId });
    }
    e.initCustomEvent('adwright', false, false, { name: name, event_id: eventId, props: rest });
    d.dispatchEvent(e);
  }

  function command(what, value, props, done) {
    var eventId;
    if (what === 'consent') {
      consent = value ? 'yes' : 'no';
      if (!value) return forget();
      keep(1);
      waiting.splice(0).forEach(function (one) { send(one[0], one[1], one[2]); });
    }
    if (what === 'event' && value) {
      props = props || {};
      eventId = String(props.event_id || id());
      send(String(value), props, eventId);
      if (done) done(eventId);
      return eventId;
    }
  }

  function ours(form) {
    var a = d.createElement('a');
    a.href = form.getAttribute('action') || '';
    return form.hasAttribute('data-adwright') || a.href.indexOf(base + '/api/leads/') === 0;
  }
  function submitted(e) {
    var form = e.target, all, n, old;
    if (!ours(form)) return;
    function field(name) { return form.querySelector('input[data-aw][name="' + name + '"]'); }
    function hide(name, value) {
      var input = field(name) || d.createElement('input');
      input.type = 'hidden';
      input.name = name;
      input.value = value;
      input.setAttribute('data-aw', '');
      form.appendChild(input);
    }
    if (consent !== 'yes') return hide('consent', 'no');
    old = field('event_id');
    all = known();
    all.event_id = old ? old.value : id();
    for (n in all) if (!form.querySelector('[name="' + n + '"]:not([data-aw])')) hide(n, all[n]);
    if (!old) send(form.getAttribute('data-adwright') || attr('form-event') || 'SubmitForm', {}, all.event_id);
  }

  landed = look();
  kept = stored();
  if (kept === 0) consent = 'no';
  else if (kept && kept.y) consent = 'yes';
  w.adwright = safe(command);
  w.adwright.on = 1;
  if (consent === 'yes') safe(keep)();
  d.addEventListener('submit', safe(submitted), true);
  w.adwright('event', 'PageView');
  queued.forEach(function (one) { w.adwright.apply(null, one); });
})(window, document);
