// One lead: the contact, where it came from with the creative playing, its stage, notes, and its ledger.
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { get, post } from '~/api/client';
import { queries, useQuery } from '~/api/query';
import { useDirections, useMe, useRight } from '~/api/session';
import { instant, money } from '~/format';
import { Button, LinkButton } from '~/parts/Button';
import { ConfirmDialog } from '~/parts/Dialog';
import { Field, Select, TextArea } from '~/parts/Field';
import { Menu } from '~/parts/Menu';
import { PhoneFrame } from '~/parts/PhoneFrame';
import { ProblemNote } from '~/parts/Problem';
import { Badge, Card, Missing, Note, PageHead, Skeleton } from '~/parts/Show';
import { toast, toastError } from '~/parts/Toast';
import { useQueryState } from '~/parts/url';
import { t, tOr } from '~/words';
import { say } from '~/words/say';
import { moves, useLead, useLeadDeed, useMembers, useStageChange, type Stage, type WholeLead } from './api';
import { Marks, StageBadge, linkText, longTime, nameOf, spamText } from './shown';

export function LeadPage({ id }: { id: string }) {
  const [revealed, setRevealed] = useState(false);
  const lead = useLead(id, revealed);
  const query = useQueryState().all.toString();

  if (lead.error && !lead.data) return <ProblemNote error={lead.error} onRetry={() => void lead.refetch()} />;
  if (!lead.data) return <Skeleton lines={8} />;
  return (
    <>
      <PageHead
        title={nameOf(lead.data)}
        beside={
          <>
            <StageBadge stage={lead.data.stage} />
            <Marks lead={lead.data} />
          </>
        }
        actions={
          <LinkButton href={query ? `/leads?${query}` : '/leads'} icon="back" look="quiet">
            {t('leads.all')}
          </LinkButton>
        }
      />
      {lead.error && <ProblemNote error={lead.error} />}
      {lead.data.duplicate_of && (
        <Note tone="warn">
          <p>
            {t('leads.duplicate_why')} <Link href={`/leads/${lead.data.duplicate_of}`}>{t('leads.the_first')}</Link>
          </p>
        </Note>
      )}
      <div class="lead-layout">
        <div class="stack">
          <ContactCard lead={lead.data} revealed={revealed} onReveal={() => setRevealed(true)} />
          <StageCard lead={lead.data} />
          <NotesCard lead={lead.data} onReveal={() => setRevealed(true)} />
          <AnswersCard lead={lead.data} />
          <LedgerCard lead={lead.data} />
        </div>
        <div class="stack">
          <SourceCard lead={lead.data} />
          <EventsCard lead={lead.data} />
        </div>
      </div>
    </>
  );
}

function ContactCard({ lead, revealed, onReveal }: { lead: WholeLead; revealed: boolean; onReveal: () => void }) {
  const mayEdit = useRight('edit');
  const [erasing, setErasing] = useState(false);
  const erase = useLeadDeed<Record<never, never>>('erase');
  const test = useLeadDeed<{ is_test: boolean }>('test');
  const digits = revealed && lead.phone ? lead.phone.replace(/[^\d+]/g, '') : '';

  return (
    <Card
      title={t('leads.contact')}
      actions={
        mayEdit &&
        !lead.erased_at && (
          <>
            {!lead.revealed && lead.has_contact && (
              <Button small icon="eye" onClick={onReveal}>
                {t('leads.reveal')}
              </Button>
            )}
            <Menu
              label={t('leads.more')}
              items={[
                { value: 'test', label: lead.is_test ? t('leads.no_test') : t('leads.mark_test'), icon: 'tag' },
                { value: 'erase', label: t('leads.erase'), icon: 'trash', danger: true },
              ]}
              onSelect={(value) => (value === 'erase' ? setErasing(true) : test.mutate({ id: lead.id, is_test: !lead.is_test }, { onError: toastError }))}
            />
          </>
        )
      }
    >
      <dl class="facts">
        <Fact label={t('leads.phone')}>{lead.phone ? <bdi dir="ltr">{lead.phone}</bdi> : <Missing reason={t('leads.no_contact')} />}</Fact>
        <Fact label={t('leads.email')}>{lead.email ? <bdi dir="ltr">{lead.email}</bdi> : <Missing reason={t('leads.no_contact')} />}</Fact>
        <Fact label={t('leads.left')}>{instant(lead.created_at)}</Fact>
        <Fact label={t('leads.arrived')}>
          {instant(lead.received_at)} {lead.delay_ms > 60_000 && <span class="soft">({t('leads.late', { time: longTime(lead.delay_ms) })})</span>}
        </Fact>
        {lead.spam_score > 0 && (
          <Fact label={t('leads.spam_score')}>
            <bdi>{lead.spam_score}</bdi> <span class="soft">{spamText(lead)}</span>
          </Fact>
        )}
      </dl>
      {digits && (
        <p class="row">
          <a class="button button-plain" href={`tel:${digits}`}>
            {t('leads.call')}
          </a>
          <a class="button button-plain" href={`https://wa.me/${digits.replace('+', '')}`} rel="noreferrer" target="_blank">
            WhatsApp
          </a>
        </p>
      )}
      {lead.revealed && <p class="soft">{t('leads.audited')}</p>}
      {erasing && (
        <ConfirmDialog title={t('leads.erase')} act={t('leads.erase')} danger onAct={() => erase.mutateAsync({ id: lead.id })} onClose={() => setErasing(false)}>
          <p>{t('leads.erase_what')}</p>
        </ConfirmDialog>
      )}
    </Card>
  );
}

export function Fact({ label, children }: { label: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function StageCard({ lead }: { lead: WholeLead }) {
  const mayEdit = useRight('edit');
  const change = useStageChange();
  const [selling, setSelling] = useState(false);
  const legal = moves[lead.stage];

  function move(stage: Stage) {
    const before = lead.stage;
    change.mutate(
      { id: lead.id, stage },
      {
        onError: toastError,
        onSuccess: () =>
          toast(
            t('leads.moved', { name: nameOf(lead), stage: t(`leads.stage_${stage}`) }),
            moves[stage].includes(before) ? { undo: () => change.mutateAsync({ id: lead.id, stage: before }) } : {},
          ),
      },
    );
  }
  return (
    <Card title={t('leads.stage')}>
      <div class="stack">
        <ol class="stage-path">
          {(['interest', 'qualified', 'scheduled', 'purchase'] as const).map((stage) => (
            <li key={stage} class={stage === lead.stage ? 'stage-now' : ''} aria-current={stage === lead.stage ? 'step' : undefined}>
              {t(`leads.stage_${stage}`)}
            </li>
          ))}
        </ol>
        {mayEdit && (
          <div class="row">
            {legal.map((stage) => (
              <Button key={stage} look={stage === 'lost' ? 'quiet' : 'plain'} busy={change.isPending} onClick={() => move(stage)}>
                {t('leads.to_stage', { stage: t(`leads.stage_${stage}`) })}
              </Button>
            ))}
            <Button icon="plus" onClick={() => setSelling(true)}>
              {t('leads.sale')}
            </Button>
          </div>
        )}
        <Assigned lead={lead} />
        {lead.purchases.length > 0 && (
          <ul class="facts-list">
            {lead.purchases.map((purchase) => (
              <li key={purchase.id}>
                <strong>
                  <bdi>{money(purchase.amount_micros, purchase.currency)}</bdi>
                </strong>{' '}
                {tOr(`leads.purchase_${purchase.kind}`, purchase.kind)} · {instant(purchase.paid_at)} · <bdi class="soft">{purchase.external_id}</bdi>
              </li>
            ))}
          </ul>
        )}
      </div>
      {selling && <SaleDialog lead={lead} onClose={() => setSelling(false)} />}
    </Card>
  );
}

function Assigned({ lead }: { lead: WholeLead }) {
  const mayEdit = useRight('edit');
  const mayList = useRight('admin');
  const me = useMe().data;
  const members = useMembers(mayList).data;
  const assign = useLeadDeed<{ user_id: string }>('assign');
  if (!mayEdit || !me?.user_id) return null;
  const people = members ?? [{ id: me.user_id, email: me.email ?? t('leads.to_me'), role: '' }];
  const options = people.map((one) => ({ value: one.id, label: one.email }));
  if (lead.assigned_to && !people.some((one) => one.id === lead.assigned_to)) options.push({ value: lead.assigned_to, label: t('leads.somebody') });
  return (
    <Select
      label={t('leads.assigned')}
      value={lead.assigned_to ?? ''}
      options={[{ value: '', label: t('leads.nobody') }, ...options]}
      onValue={(user_id) => assign.mutate({ id: lead.id, user_id }, { onError: toastError })}
    />
  );
}

function SaleDialog({ lead, onClose }: { lead: WholeLead; onClose: () => void }) {
  const me = useMe().data;
  const sales = lead.purchases.filter((one) => one.kind === 'sale');
  const [form, setForm] = useState({ amount: '', currency: me?.org.currency ?? '', external_id: '', refund_of: '' });
  const set = (name: keyof typeof form) => (value: string) => setForm((before) => ({ ...before, [name]: value }));

  async function add() {
    await post('/api/purchases', {
      lead_id: lead.id,
      external_id: form.external_id || `console-${Date.now()}`,
      amount: form.amount.replace(',', '.'),
      currency: form.currency,
      ...(form.refund_of ? { kind: 'refund', refund_of: form.refund_of } : {}),
    });
    void queries.invalidateQueries({ queryKey: ['leads'] });
  }
  return (
    <ConfirmDialog title={t('leads.sale')} act={t('common.save')} onAct={add} onClose={onClose}>
      <Field label={t('leads.amount')} inputMode="decimal" dir="ltr" value={form.amount} onValue={set('amount')} required />
      <Field label={t('leads.currency')} dir="ltr" maxLength={3} value={form.currency} onValue={set('currency')} />
      <Field label={t('leads.deal')} dir="ltr" value={form.external_id} onValue={set('external_id')} hint={t('leads.deal_hint')} />
      {sales.length > 0 && (
        <Select
          label={t('leads.refund_of')}
          value={form.refund_of}
          onValue={set('refund_of')}
          options={[{ value: '', label: t('leads.not_a_refund') }, ...sales.map((one) => ({ value: one.external_id, label: `${one.external_id} · ${money(one.amount_micros, one.currency)}` }))]}
        />
      )}
    </ConfirmDialog>
  );
}

function NotesCard({ lead, onReveal }: { lead: WholeLead; onReveal: () => void }) {
  const mayEdit = useRight('edit');
  const [text, setText] = useState('');
  const add = useLeadDeed<{ text: string }>('notes');
  const hidden = lead.notes.some((note) => note.text === null || note.text === '');

  return (
    <Card
      title={t('leads.notes')}
      actions={
        hidden &&
        mayEdit && (
          <Button small icon="eye" onClick={onReveal}>
            {t('leads.show_notes')}
          </Button>
        )
      }
    >
      <ul class="facts-list">
        {lead.notes.map((note) => (
          <li key={note.id}>
            <p dir="auto">{note.text || <span class="soft">{t('leads.note_hidden')}</span>}</p>
            <p class="soft">{instant(note.at)}</p>
          </li>
        ))}
        {lead.notes.length === 0 && <li class="soft">{t('leads.no_notes')}</li>}
      </ul>
      {mayEdit && !lead.erased_at && (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim()) add.mutate({ id: lead.id, text: text.trim() }, { onSuccess: () => setText('') });
          }}
        >
          <TextArea label={t('leads.new_note')} value={text} onValue={setText} maxLength={4000} dir="auto" />
          {add.error && <ProblemNote error={add.error} />}
          <p>
            <Button type="submit" busy={add.isPending} disabled={!text.trim()}>
              {t('leads.add_note')}
            </Button>
          </p>
        </form>
      )}
    </Card>
  );
}

function AnswersCard({ lead }: { lead: WholeLead }) {
  if (!lead.answers?.length) return null;
  return (
    <Card title={t('leads.answers')}>
      <dl class="facts">
        {lead.answers.map((answer) => (
          <Fact key={answer.field} label={answer.field}>
            <bdi>{answer.value || t('common.dash')}</bdi>
          </Fact>
        ))}
      </dl>
    </Card>
  );
}

interface CreativeShown {
  id: string;
  title: string;
  media_type: string;
  ad_text: string | null;
  call_to_action: string | null;
  video_url: string | null;
  thumbnail_url: string | null;
}

function SourceCard({ lead }: { lead: WholeLead }) {
  const directions = useDirections().data;
  const creative = useQuery({
    queryKey: ['creatives', 'one', lead.creative_id],
    queryFn: () => get<CreativeShown>(`/api/creatives/${lead.creative_id ?? ''}`),
    enabled: !!lead.creative_id,
  }).data;
  const direction = directions?.find((one) => one.id === lead.direction_id);
  const touch = lead.touch;

  return (
    <Card title={t('leads.came_from')}>
      <div class="stack">
        {creative ? (
          <PhoneFrame
            video={creative.media_type === 'video' ? (creative.video_url ?? undefined) : undefined}
            poster={creative.thumbnail_url ?? undefined}
            title={creative.title}
            text={creative.ad_text ?? undefined}
            callToAction={creative.call_to_action ?? undefined}
          />
        ) : (
          !lead.creative_id && <Note tone="soft">{t('leads.no_creative')}</Note>
        )}
        <dl class="facts">
          <Fact label={t('leads.source')}>{tOr(`leads.source_${lead.source}`, lead.source)}</Fact>
          <Fact label={t('common.direction')}>{direction ? <Link href={`/directions/${direction.id}`}>{direction.name}</Link> : <Missing reason={t('leads.unlinked_why')} />}</Fact>
          {creative && (
            <Fact label={t('shell.creative')}>
              <Link href={`/creatives/${creative.id}`}>
                <bdi>{creative.title}</bdi>
              </Link>
            </Fact>
          )}
          <Fact label={t('leads.ad')}>{lead.ad_id ? <bdi dir="ltr">{lead.ad_id}</bdi> : <Missing reason={t('leads.no_ad')} />}</Fact>
          <Fact label={t('leads.link')}>{linkText(lead) || t('common.dash')}</Fact>
          {touch?.page_url && (
            <Fact label={t('leads.page')}>
              <bdi dir="ltr">{touch.page_url}</bdi>
            </Fact>
          )}
          {touch?.referrer && (
            <Fact label={t('leads.referrer')}>
              <bdi dir="ltr">{touch.referrer}</bdi>
            </Fact>
          )}
          {Object.entries(touch?.utm ?? {}).map(([name, value]) => (
            <Fact key={name} label={name}>
              <bdi dir="ltr">{value}</bdi>
            </Fact>
          ))}
          {touch?.consent && <Fact label={t('leads.consent')}>{touch.consent === 'yes' ? t('common.yes') : touch.consent === 'no' ? t('common.no') : touch.consent}</Fact>}
        </dl>
      </div>
    </Card>
  );
}

function EventsCard({ lead }: { lead: WholeLead }) {
  const handoffs = lead.handoffs ?? [];
  return (
    <Card title={t('leads.told')}>
      <ul class="facts-list">
        {lead.events.map((event) => (
          <li key={event.id}>
            <Badge tone={event.state === 'sent' ? 'good' : event.state === 'failed' || event.state === 'dead' ? 'bad' : 'soft'} why={event.reason ?? undefined}>
              {tOr(`leads.event_${event.state}`, event.state)}
            </Badge>{' '}
            <bdi>{event.name ?? event.stage}</bdi> <span class="soft">{instant(event.sent_at ?? event.at)}</span>
          </li>
        ))}
        {handoffs.map((handoff) => (
          <li key={handoff.id}>
            <Badge tone={handoff.state === 'delivered' ? 'good' : handoff.state === 'dead' ? 'bad' : 'soft'} why={handoff.error ?? undefined}>
              {tOr(`leads.handoff_${handoff.state}`, handoff.state)}
            </Badge>{' '}
            <bdi>{handoff.endpoint_name}</bdi> <span class="soft">{handoff.event}</span>
          </li>
        ))}
        {lead.events.length + handoffs.length === 0 && <li class="soft">{t('leads.told_nobody')}</li>}
      </ul>
    </Card>
  );
}

const actorOf = (actor: string) => {
  const kind = actor.split(':')[0] ?? actor;
  return tOr(`leads.actor_${kind}`, kind);
};

function LedgerCard({ lead }: { lead: WholeLead }) {
  return (
    <Card title={t('leads.ledger')}>
      <ol class="ledger">
        {[...lead.transitions].reverse().map((one) => (
          <li key={one.sequence}>
            <span>
              {one.kind === 'stage' ? tOr(`leads.stage_${one.to}`, one.to) : tOr(`leads.state_${one.to}`, one.to)}
              {one.cause && <span class="soft"> · {say('leads', one.says, one.cause)}</span>}
            </span>
            <span class="soft">
              {instant(one.at)} · <bdi>{actorOf(one.actor)}</bdi>
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
