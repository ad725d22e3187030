/** Vite's way to take a file as text into the bundle. */
declare module '*?raw' {
  const text: string;
  export default text;
}
