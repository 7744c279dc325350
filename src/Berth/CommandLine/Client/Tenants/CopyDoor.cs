using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Berth.CommandLine.Client.Wire;
using Berth.Connect;
using Berth.Connect.Copies;
using Berth.Connect.Profiles;
using Berth.Engine;
using Berth.Graph;
using Berth.Graph.Requests;
using Berth.Ledger;

namespace Berth.CommandLine.Client.Tenants;

/// <summary>
/// Answers the client commands from a copy: the Graph room in this very process, over the copied tenant, in the place of a network. So plan, explain and every read are
/// those of a server and written once. Whatever would change something is refused (B567).
/// </summary>
internal sealed class CopyDoor : HttpMessageHandler
{
    // A name that no network has: links in answers begin with it and lead back here.
    private const string Address = "https://copy.invalid";

    private static readonly (string Prefix, GraphVersion Version)[] _prefixes = [("/berth/v1", GraphVersion.Berth), ("/v1.0", GraphVersion.V1), ("/beta", GraphVersion.Beta)];

    private readonly TenantDesk _desk;
    private readonly TimeProvider _time;
    private readonly GraphError _readOnly;
    private readonly Caller _caller;

    private CopyDoor(string name, Tenant tenant, DateTimeOffset pulledAt, TimeProvider time)
    {
        (Name, Tenant, PulledAt, _desk, _time) = (name, tenant, pulledAt, TenantDesk.OfCopy(tenant, time), time);
        _readOnly = new GraphError(
            403, "accessDenied", $"Nothing was changed: {name} is a copy of a tenant, and a copy is only read.", "copyIsReadOnly");
        _caller = new Caller(tenant.Profile.Id, Guid.Empty, "berth", null, PermissionSet.Every);
        Connection = new Connection(new Uri(Address), new Uri(Address), $"{tenant.Profile.Id}", "berth", "copy");
    }

    /// <summary>What the tenant is called here.</summary>
    public string Name { get; }

    /// <summary>The copy as a tenant.</summary>
    public Tenant Tenant { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset PulledAt { get; }

    /// <summary>How the copy is reached.</summary>
    public Connection Connection { get; }

    /// <summary>Opens the copy of a tenant.</summary>
    /// <exception cref="ConnectFailedException">There is no such tenant, or no copy of it.</exception>
    public static CopyDoor Open(TenantShelf shelf, string name, TimeProvider time)
    {
        shelf.Read(name);
        TenantCopy copy = CopyFile.Read(shelf.FolderOf(name)) ?? throw new ConnectFailedException($"there is no copy of {name} yet: 'berth pull {name}' makes one.");
        return new CopyDoor(name, CopiedTenant.Of(copy), copy.Head.PulledAt, time);
    }

    /// <summary>A door to a tenant that is there already.</summary>
    internal static CopyDoor To(string name, Tenant tenant, TimeProvider time) => new(name, tenant, time.GetUtcNow(), time);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string path = request.RequestUri!.AbsolutePath;
        if (path.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal))
        {
            return Json(200, """{"token_type":"Bearer","expires_in":3600,"access_token":"copy"}"""u8.ToArray());
        }

        (string prefix, GraphVersion version) = Array.Find(_prefixes, one => path.StartsWith(one.Prefix + "/", StringComparison.OrdinalIgnoreCase));
        (GraphPath? read, string? problem) = prefix is null ? (null, path) : GraphPath.Read(path[prefix.Length..]);
        Guid id = Guid.NewGuid();
        DateTimeOffset now = _time.GetUtcNow();
        if (read is null)
        {
            return Answer(GraphResponse.Error(GraphError.BadPath(problem!), id, $"{id}", now));
        }

        ReadOnlyMemory<byte> body = request.Content is null ? default : await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        if (!IsRead(request.Method, path, body))
        {
            return Answer(GraphResponse.Error(_readOnly, id, $"{id}", now));
        }

        if (request.Headers.Contains(GraphClient.AsOfHeader))
        {
            return Answer(GraphResponse.Error(
                GraphError.BadRequest("copyHasNoPast", "A copy shows a tenant as it was when it was pulled, and has no other past: leave --as-of out."), id, $"{id}", now));
        }

        GraphRequest asked = new()
        {
            Method = request.Method == HttpMethod.Post ? GraphMethod.Post : GraphMethod.Get,
            Version = version,
            Path = read,
            Query = request.RequestUri.Query.TrimStart('?'),
            Caller = _caller,
            BaseUrl = Address,
            RequestId = id,
            ClientRequestId = $"{id}",
            ReceivedAt = now,
            EventualConsistency = request.Headers.Contains("ConsistencyLevel"),
            Prefer = request.Headers.TryGetValues("Prefer", out IEnumerable<string>? wishes) ? string.Join(',', wishes) : null,
            ContentType = request.Content?.Headers.ContentType?.ToString(),
            Body = body,
        };
        return Answer(await GraphRoom.AnswerAsync(_desk, asked, cancellationToken).ConfigureAwait(false));
    }

    // A plan changes nothing; a batch is what its items are.
    private static bool IsRead(HttpMethod method, string path, ReadOnlyMemory<byte> body)
    {
        if (method == HttpMethod.Get)
        {
            return true;
        }

        if (method != HttpMethod.Post || path.Equals("/berth/v1/plan", StringComparison.OrdinalIgnoreCase))
        {
            return method == HttpMethod.Post;
        }

        if (!path.EndsWith("/$batch", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        using JsonDocument batch = JsonDocument.Parse(body);
        return batch.RootElement.GetProperty("requests").EnumerateArray().All(static item => item.GetProperty("method").GetString() is "GET");
    }

    private static HttpResponseMessage Answer(GraphResponse response)
    {
        using (response)
        {
            return Json(response.Status, response.Body.ToArray());
        }
    }

    private static HttpResponseMessage Json(int status, byte[] body) =>
        new((HttpStatusCode)status) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", Encoding.UTF8.WebName) } } };
}
