/** Vite's way to build a worker as a file of its own and to tell its address. */
declare module '*?worker&url' {
  const address: string;
  export default address;
}
