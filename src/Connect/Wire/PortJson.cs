using System.Text.Json;
using System.Text.Json.Serialization;

namespace Berth.Connect.Wire;

/// <summary>JSON as it is.</summary>
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class PortJson : JsonSerializerContext;
