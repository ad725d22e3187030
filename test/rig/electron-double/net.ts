/** `net` of the double: Node's own HTTP, as far as what is asked and answered is the same. Plain HTTP only; no proxy, no redirect event. */
import { type ClientRequest, type RequestOptions, request } from 'node:http';

export const net = {
  request(options: Electron.ClientRequestConstructorOptions): ClientRequest {
    const { protocol, hostname, port, path, method, headers } = options;
    return request({ protocol, hostname, port, path, method, headers } as RequestOptions);
  },
};
