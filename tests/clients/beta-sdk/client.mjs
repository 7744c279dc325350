// The typed beta client: Microsoft's generated models, sent and read by its request adapter. The package has models and no request builders, so a request is written
// with its URL. Without GRAPH_ORIGIN it speaks with graph.microsoft.com.
import { ClientSecretCredential, EnvironmentCredential } from "@azure/identity";
import { HttpMethod, RequestInformation } from "@microsoft/kiota-abstractions";
import { AzureIdentityAuthenticationProvider } from "@microsoft/kiota-authentication-azure";
import { GraphBetaRequestAdapter } from "@microsoft/msgraph-beta-sdk";
import { createODataErrorFromDiscriminatorValue } from "@microsoft/msgraph-beta-sdk/models/oDataErrors/index.js";

const { GRAPH_ORIGIN: origin, AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET } = process.env;
const credential = origin
  ? new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, { authorityHost: origin, disableInstanceDiscovery: true })
  : new EnvironmentCredential();
const hosts = origin ? new Set([new URL(origin).hostname]) : undefined;
const adapter = new GraphBetaRequestAdapter(new AzureIdentityAuthenticationProvider(credential, ["https://graph.microsoft.com/.default"], undefined, hosts));
adapter.baseUrl = `${origin ?? "https://graph.microsoft.com"}/beta`;
const errors = { XXX: createODataErrorFromDiscriminatorValue };

function request(method, path, body, serialize) {
  const information = new RequestInformation(method);
  information.URL = adapter.baseUrl + path;
  information.headers.add("Accept", "application/json");
  if (serialize) {
    information.setContentFromParsable(adapter, "application/json", body, serialize);
  } else if (body) {
    information.setStreamContent(new TextEncoder().encode(JSON.stringify(body)).buffer, "application/json");
  }

  return information;
}

/** Reads a model. */
export const get = (path, create) => adapter.send(request(HttpMethod.GET, path), create, errors);

/** Sends a model, or plain JSON where the package has no model of the body, and reads one. */
export const post = (path, body, serialize, create) => adapter.send(request(HttpMethod.POST, path, body, serialize), create, errors);

/** Sends a model, or plain JSON where the package has no model of the body, to an action that answers nothing. */
export const act = (path, body, serialize) => adapter.sendNoResponseContent(request(HttpMethod.POST, path, body, serialize), errors);

/** Sends a model to be written over what is there. */
export const patch = (path, body, serialize) => adapter.sendNoResponseContent(request(HttpMethod.PATCH, path, body, serialize), errors);

/** The one line of output: what the test looks at. */
export const tell = (seen) => console.log(JSON.stringify(seen));
