using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Engine.Directory;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Serving;
using Berth.SetUp;
using Route = Berth.Graph.Routes.Route;

namespace Berth.Identity;

/// <summary>
/// <c>GET /berth/v1/identity/keys</c> tells which keys sign tokens and since when, <c>POST /berth/v1/identity/rotateKeys</c> <c>{forgetOld?}</c> makes a new one
/// (B734). For who administers the installation (B730). Nobody is told a private key.
/// </summary>
internal sealed class KeysEndpoint(SigningKeys keys, InstallationTenant installation, IdentityRecord record)
{
    /// <summary>The largest body, in bytes.</summary>
    public const int LongestBody = 1024;

    /// <summary>What answers its routes.</summary>
    public IEnumerable<(Route Route, InstallationAnswer Answer)> Answers =>
    [
        (InstallationRoutes.ListKeys, async (context, caller, _) => await installation.IsOfAsync(caller, context.RequestAborted).ConfigureAwait(false) ? await TellAsync(context).ConfigureAwait(false) : GraphError.Denied),
        (InstallationRoutes.RotateKeys, async (context, caller, _) => await installation.IsOfAsync(caller, context.RequestAborted).ConfigureAwait(false) ? await RotateAsync(context, caller).ConfigureAwait(false) : GraphError.Denied),
    ];

    private async Task<GraphError?> RotateAsync(HttpContext context, Caller caller)
    {
        if (await context.ReadBodyAsync(LongestBody).ConfigureAwait(false) is not { } body)
        {
            return GraphError.BodyTooLarge(LongestBody);
        }

        KeyRotation? wanted;
        try
        {
            wanted = body.IsEmpty ? new KeyRotation(false) : JsonSerializer.Deserialize(body.Span, KeyRotationJson.Default.KeyRotation);
        }
        catch (JsonException)
        {
            wanted = null;
        }

        if (wanted is null)
        {
            return GraphError.BadRequest("bodyInvalid", "The body is not JSON of the form {forgetOld}: true when the keys before are to go at once.");
        }

        await record.WriteAsync(caller.TenantId, caller.Actor, IdentityAct.KeysRotated, caller.TenantId, "Token signing keys", wanted.ForgetOld ? "old ones forgotten" : "").ConfigureAwait(false);
        return await keys.RotateAsync(wanted.ForgetOld, CancellationToken.None).ConfigureAwait(false)
            ? await TellAsync(context).ConfigureAwait(false)
            : GraphError.BadRequest("tooManyObjects", $"There are {IdentityLimits.Keys} keys already: the oldest goes when its last token has ended, or all but a new one with 'forgetOld'.");
    }

    private async Task<GraphError?> TellAsync(HttpContext context)
    {
        await context.WriteJsonAsync(StatusCodes.Status200OK, json =>
        {
            IReadOnlyList<SigningKey> all = keys.All;
            json.WriteStartObject();
            json.WriteStartArray("value");
            foreach (SigningKey key in all)
            {
                json.WriteStartObject();
                json.WriteString("id", key.Key.KeyId);
                json.WriteString("createdDateTime", key.CreatedAt.UtcDateTime);
                json.WriteString("signsDateTime", (key == all[0] ? key.CreatedAt : key.CreatedAt + IdentityLimits.KeyPublished).UtcDateTime);
                json.WriteBoolean("isSigning", keys.Signs(key));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
        return null;
    }
}

/// <summary>How the keys are to change.</summary>
internal sealed record KeyRotation(bool ForgetOld);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KeyRotation))]
internal sealed partial class KeyRotationJson : JsonSerializerContext;
