// The tags of one creative; each change is kept at once.
import { useState } from 'preact/hooks';
import { put } from '~/api/client';
import { queries } from '~/api/query';
import { ProblemNote } from '~/parts/Problem';
import { Card } from '~/parts/Show';
import { t } from '~/words';
import { TagLine } from './Grid';
import { TagField } from './TagField';
import type { WholeCreative } from './shapes';

export function TagsCard({ creative, edits }: { creative: WholeCreative; edits: boolean }) {
  const [problem, setProblem] = useState<unknown>(null);

  async function keep(tags: string[]) {
    setProblem(null);
    try {
      const changed = await put<WholeCreative>(`/api/creatives/${creative.id}/tags`, { tags });
      queries.setQueryData(['creatives', 'one', creative.id], changed);
      void queries.invalidateQueries({ queryKey: ['creatives', 'tags'] });
      void queries.invalidateQueries({ queryKey: ['creatives', 'list'] });
    } catch (error) {
      setProblem(error);
    }
  }
  return (
    <Card title={t('creatives.tags')}>
      {edits ? (
        <TagField label={t('creatives.new_tag')} tags={creative.tags} onTags={(tags) => void keep(tags)} />
      ) : creative.tags.length ? (
        <TagLine tags={creative.tags} />
      ) : (
        <p class="soft">{t('creatives.no_tags')}</p>
      )}
      {problem !== null && <ProblemNote error={problem} />}
    </Card>
  );
}
