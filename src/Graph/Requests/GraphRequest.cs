using Berth.Graph.Faults;
using Berth.Graph.Hosts;
using Berth.Graph.Notifications;
using Berth.Graph.Plans;
using Berth.Graph.Telling;

namespace Berth.Graph.Requests;

/// <summary>Which interface a path belongs to.</summary>
public enum GraphVersion : byte
{
    /// <summary><c>/v1.0</c>.</summary>
    V1,

    /// <summary><c>/beta</c>.</summary>
    Beta,

    /// <summary><c>/berth/v1</c>: Berth's own.</summary>
    Berth,

    /// <summary><c>/scim/v2</c>: users and groups as identity providers write them (B800).</summary>
    Scim,
}

/// <summary>The method of a request.</summary>
public enum GraphMethod : byte
{
    /// <summary>GET.</summary>
    Get,

    /// <summary>POST.</summary>
    Post,

    /// <summary>PATCH.</summary>
    Patch,

    /// <summary>PUT.</summary>
    Put,

    /// <summary>DELETE.</summary>
    Delete,

    /// <summary>Any other: no route has it.</summary>
    Other,
}

/// <summary>
/// One request as the room sees it: everything it depends on is in here or in the tenant, so an item of a <c>$batch</c> is a request
/// like any other and another node can answer it.
/// </summary>
public sealed record GraphRequest
{
    /// <summary>The method.</summary>
    public required GraphMethod Method { get; init; }

    /// <summary>The interface.</summary>
    public required GraphVersion Version { get; init; }

    /// <summary>The path after the version, read.</summary>
    public required GraphPath Path { get; init; }

    /// <summary>The query string without its question mark, as sent; empty when there is none.</summary>
    public string Query { get; init; } = "";

    /// <summary>Who sends it.</summary>
    public required Caller Caller { get; init; }

    /// <summary>Scheme and host as the client wrote them, such as <c>https://graph.microsoft.com</c>: links in answers begin with it.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>Our id of the request.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>The client's id of it; ours when it sent none.</summary>
    public required string ClientRequestId { get; init; }

    /// <summary>The system's time at arrival; <see cref="Engine.Tenant.Now"/> makes the tenant's time of it.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Whether <c>Accept</c> asked for <c>odata.metadata=none</c>: no control data but links and counts (protocol 1.3).</summary>
    public bool WithoutMetadata { get; init; }

    /// <summary>Whether <c>ConsistencyLevel: eventual</c> was sent (L153).</summary>
    public bool EventualConsistency { get; init; }

    /// <summary>The subscriptions of this server; null where change notifications are not served.</summary>
    public SubscriptionBooks? Subscriptions { get; init; }

    /// <summary>The receivers of alerts of this server; null where alerts are not told.</summary>
    public ListenerBooks? Listeners { get; init; }

    /// <summary><c>Prefer</c> as it came, or null: wishes that an answer may heed.</summary>
    public string? Prefer { get; init; }

    /// <summary><c>Berth-As-Of</c> as it came, or null: the moment whose tenant is read (B528).</summary>
    public string? AsOf { get; init; }

    /// <summary>
    /// Whether <c>Prefer: include-unknown-enum-members</c> was sent: then members of enumerations that came after <c>unknownFutureValue</c> are sent too
    /// (protocol 1.4).
    /// </summary>
    public bool WantsUnknownMembers => Prefer is { Length: <= GraphLimits.PreferCharacters }
        && Prefer.Split([',', ';'], StringSplitOptions.TrimEntries).Contains(ResponseHeaders.UnknownMembers, StringComparer.OrdinalIgnoreCase);

    /// <summary>The content type of the body, or null.</summary>
    public string? ContentType { get; init; }

    /// <summary><c>Repeatability-Request-ID</c>, or null: a write that carries one happens once (contract).</summary>
    public string? RepeatabilityId { get; init; }

    /// <summary><c>x-ms-throttle-priority</c>, or null (L166).</summary>
    public string? ThrottlePriority { get; init; }

    /// <summary>Whether it is an item of a <c>$batch</c>.</summary>
    public bool InBatch { get; init; }

    /// <summary>Where faults are installed that it may meet; null where there can be none.</summary>
    public InstalledFaults? Faults { get; init; }

    /// <summary>The plans that can be applied by their id; null where none are kept.</summary>
    public PlanShelf? Plans { get; init; }

    /// <summary>The leases of agents; null where there can be none.</summary>
    public HostLeases? Hosts { get; init; }

    /// <summary>The body; empty when there is none or when the route reads <see cref="BodyStream"/>. Valid while the request is handled.</summary>
    public ReadOnlyMemory<byte> Body { get => _body; init => _body = value; }

    /// <summary>Where passwords go; without it they are forgotten.</summary>
    public PasswordDoor? Passwords { get; init; }

    /// <summary>The body of a route with <see cref="Routes.RouteBody.Lines"/>, which is never held whole.</summary>
    public Stream? BodyStream { get; init; }

    /// <summary><see cref="BaseUrl"/> and the version, such as <c>https://host/v1.0</c>.</summary>
    public string ServiceRoot => BaseUrl + PrefixOf(Version);

    /// <summary>What paths of an interface begin with.</summary>
    public static string PrefixOf(GraphVersion version) => version switch
    {
        GraphVersion.V1 => "/v1.0",
        GraphVersion.Beta => "/beta",
        GraphVersion.Berth => "/berth/v1",
        GraphVersion.Scim => "/scim/v2",
    };

    // The body comes when it is known that the request is taken.
    private ReadOnlyMemory<byte> _body;

    internal void Receive(ReadOnlyMemory<byte> body) => _body = body;
}
