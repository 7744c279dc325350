// The client as its documentation builds it. Without GRAPH_ORIGIN it speaks with graph.microsoft.com and its authority, wherever the environment leads; with it,
// with a Graph that has a name of its own: then the client has to be told that its token may be sent there, and the authority that nobody else can vouch for it.
import { ClientSecretCredential, EnvironmentCredential } from "@azure/identity";
import { Client } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

const { GRAPH_ORIGIN: origin, AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET } = process.env;

export const credential = origin
  ? new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, { authorityHost: origin, disableInstanceDiscovery: true })
  : new EnvironmentCredential();

const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes: ["https://graph.microsoft.com/.default"] });

/** The URL that a program writes for a path: this client wants whole URLs in a batch. */
export const graph = origin ?? "https://graph.microsoft.com";

export const client = Client.initWithMiddleware(
  origin ? { authProvider, baseUrl: `${origin}/`, customHosts: new Set([new URL(origin).hostname]) } : { authProvider });

/** A name that no other run has. */
export const name = (like) => `${like}-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;

/** What a program fills in for a person who is to have licenses. */
export const person = (alias, more = {}) => ({
  accountEnabled: true,
  displayName: `Somebody ${alias}`,
  mailNickname: alias,
  userPrincipalName: `${alias}@contoso.example`,
  usageLocation: "US",
  passwordProfile: { forceChangePasswordNextSignIn: true, password: "never-used-1A" },
  ...more,
});

/** What a program fills in for a security group. */
export const securityGroup = (alias, more = {}) => ({
  displayName: `Group ${alias}`, mailEnabled: false, mailNickname: alias, securityEnabled: true, ...more,
});

/** Runs a call that must be refused; what the client's error says. */
export async function refusal(call) {
  try {
    await call();
  } catch (error) {
    return { status: error.statusCode, code: error.code, message: error.message };
  }

  throw new Error("It was not refused.");
}

/** The one line of output: what the test looks at. */
export const tell = (seen) => console.log(JSON.stringify(seen));
