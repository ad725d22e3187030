import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Broken } from '../views/broken.tsx';

interface PageErrorProps {
  /** Another one is another page, which may work. */
  readonly of: string;
  readonly children: ReactNode;
}

/** A view that fails, or that could not be loaded, takes no other with it. React knows this only as a class. */
export class PageError extends Component<PageErrorProps, { readonly error: Error | null; readonly of: string }> {
  override state: { readonly error: Error | null; readonly of: string } = { error: null, of: this.props.of };

  static getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps(
    { of }: PageErrorProps,
    state: { readonly of: string },
  ): { readonly error: null; readonly of: string } | null {
    return of === state.of ? null : { error: null, of };
  }

  override componentDidCatch(error: Error, { componentStack }: ErrorInfo): void {
    console.error(error, componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return <Broken message={error.message} onAgain={() => this.setState({ error: null })} />;
  }
}
