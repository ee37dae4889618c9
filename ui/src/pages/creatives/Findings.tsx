// What the check says of a file: measured, allowed, how to mend it, the command that does it.
import { Badge, CopyText } from '~/parts/Show';
import { language, t, tOr } from '~/words';
import { say } from '~/words/say';
import type { Creative, Finding } from './shapes';

/** "at most 100 MB" and the like come in English; their few words are written in the reader's. */
function limit(text: string): string {
  let hit: RegExpExecArray | null;
  if ((hit = /^at most (.+)$/.exec(text))) return t('creatives.at_most', { limit: hit[1] as string });
  if ((hit = /^at least (.+)$/.exec(text))) return t('creatives.at_least', { limit: hit[1] as string });
  if ((hit = /^([\d.]+) to ([\d.]+ .+)$/.exec(text))) return t('creatives.from_to', { from: hit[1] as string, to: hit[2] as string });
  if ((hit = /^([\d:]+) from (\d+x\d+)$/.exec(text))) return t('creatives.shape_from', { shape: hit[1] as string, size: hit[2] as string });
  if ((hit = /^(.+) or (.+)$/.exec(text))) return t('creatives.either', { first: hit[1] as string, last: hit[2] as string });
  return tOr(`creatives.word_${text.split(':')[0]}`, text);
}

export function FindingList({ creative }: { creative: Creative }) {
  const findings = creative.probe?.findings;
  if (!findings) return <p class="soft">{t('creatives.not_looked_at')}</p>;
  if (!findings.length) return <p class="good">{t('creatives.no_findings')}</p>;
  return (
    <ul class="findings">
      {findings.map((finding) => (
        <FindingRow key={finding.field} finding={finding} />
      ))}
    </ul>
  );
}

function FindingRow({ finding }: { finding: Finding }) {
  const alike = finding.field === 'near_duplicate';
  const mend = say('creatives', finding.mend_says, language.get() === 'en' ? finding.mend : tOr(`creatives.mend_${finding.field}`, finding.mend));
  return (
    <li class="finding">
      <p class="finding-head">
        <Badge tone={finding.level === 'error' ? 'bad' : 'warn'}>{t(`creatives.level_${finding.level}`)}</Badge>
        <strong>{tOr(`creatives.field_${finding.field}`, finding.field)}</strong>
      </p>
      {!alike && (
        <dl class="finding-facts">
          <div>
            <dt>{t('creatives.measured')}</dt>
            <dd>
              <bdi>{say('creatives', finding.measured_says, limit(finding.measured))}</bdi>
            </dd>
          </div>
          <div>
            <dt>{t('creatives.allowed')}</dt>
            <dd>
              <bdi>{say('creatives', finding.allowed_says, limit(finding.allowed))}</bdi>
            </dd>
          </div>
        </dl>
      )}
      <p class="finding-mend">{mend}</p>
      {finding.command && <CopyText label={t('creatives.command')} text={finding.command} />}
      {finding.mendable && finding.level === 'error' && <p class="soft">{t('creatives.mendable')}</p>}
      {!alike && <p class="soft finding-source">{tOr(`creatives.source_${finding.source.split(':')[0]?.toLowerCase()}`, finding.source)}</p>}
    </li>
  );
}
