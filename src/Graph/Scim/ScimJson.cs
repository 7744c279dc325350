using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Berth.Graph.Scim;

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ScimJson : JsonSerializerContext;
