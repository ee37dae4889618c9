import { useRoute } from 'wouter-preact';
import { Library } from './Library';
import { One } from './One';
import './creatives.css';

export default function Page() {
  const [one, parameters] = useRoute('/creatives/:id');
  return one ? <One key={parameters.id} id={parameters.id} /> : <Library />;
}
