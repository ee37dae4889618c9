import { render } from 'preact';
import { App } from './app';
import { preferredLanguage, speak } from './words';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';

void speak(preferredLanguage()).then(() => {
  const root = document.getElementById('console');
  if (root) render(<App />, root);
});
