// The little Markdown our own pages use, as elements: headings, paragraphs, lists, tables, code, links.
import type { ComponentChildren, JSX } from 'preact';
import { blocksOf, idOf, piecesOf, type Block } from './markdown_blocks';

export function Markdown({ text }: { text: string }): JSX.Element {
  return (
    <>
      {blocksOf(text).map((block, i) => (
        <BlockView key={i} block={block} />
      ))}
    </>
  );
}

/** Text with `code`, **bold**, *italic* and [links](#). */
export function Inline({ text }: { text: string }): JSX.Element {
  return (
    <>
      {piecesOf(text).map((piece, i): ComponentChildren => {
        switch (piece.kind) {
          case 'code':
            return <code key={i}>{piece.text}</code>;
          case 'bold':
            return <strong key={i}>{piece.text}</strong>;
          case 'italic':
            return <em key={i}>{piece.text}</em>;
          case 'link':
            return (
              <a key={i} href={piece.href} rel="noreferrer">
                {piece.text}
              </a>
            );
          default:
            return piece.text;
        }
      })}
    </>
  );
}

function BlockView({ block }: { block: Block }): JSX.Element {
  switch (block.kind) {
    case 'heading':
      return block.level === 1 ? (
        <h2>{block.text}</h2>
      ) : (
        <h3 id={idOf(block.text)}>
          <Inline text={block.text} />
        </h3>
      );
    case 'code':
      return (
        <pre tabIndex={0} aria-label="Example">
          {block.text}
        </pre>
      );
    case 'list': {
      const items = block.items.map((item, i) => (
        <li key={i}>
          <Inline text={item} />
        </li>
      ));
      return block.numbered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case 'table':
      return <Table head={block.head} rows={block.rows} />;
    default:
      return (
        <p>
          <Inline text={block.text} />
        </p>
      );
  }
}

function Table({ head, rows }: { head: string[]; rows: string[][] }): JSX.Element {
  return (
    <div class="table" tabIndex={0} role="region" aria-label={head.join(', ')}>
      <table>
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th key={i} scope="col">
                <Inline text={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j}>
                  <Inline text={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
