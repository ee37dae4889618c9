import { useLocation, useParams } from 'wouter-preact';
import { EditDirection, NewDirection } from './Form';
import { DirectionList } from './List';
import './directions.css';

export default function Page() {
  const [path] = useLocation();
  const { id } = useParams<{ id?: string }>();
  if (path === '/directions/new') return <NewDirection />;
  return id ? <EditDirection key={id} id={id} /> : <DirectionList />;
}
