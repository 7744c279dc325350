using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;
using Berth.Ledger;

namespace Berth.Graph.Notifications;

/// <summary>
/// <c>/subscriptions</c>: made, read, renewed, reauthorized and deleted (L171, B187, B188). A receiver is validated before anything is kept. What a
/// caller may look at decides which subscriptions it may have.
/// </summary>
internal static class SubscriptionRoutes
{
    private const string Resource = "Subscription";

    private static GraphError NotFound { get; } = new(404, "ResourceNotFound", "The object was not found.", "resourceNotFound");

    private static readonly string[] TlsVersions = ["v1_0", "v1_1", "v1_2", "v1_3"];

    private static readonly RouteAccess Watching = RouteAccess.Anyone("what is watched decides: reading it takes the permission of reading that resource");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/subscriptions", Watching, List),
        new(GraphMethod.Post, "/subscriptions", Watching, Create),
        new(GraphMethod.Get, "/subscriptions/{subscription}", Watching, One(static (request, _, subscription, _) => Answered(Entity(request, subscription, 200, default)))),
        new(GraphMethod.Patch, "/subscriptions/{subscription}", Watching, Renew),
        new(GraphMethod.Delete, "/subscriptions/{subscription}", Watching, One(static async (request, book, subscription, cancel) =>
            await book.RemoveAsync(subscription.Id, cancel).ConfigureAwait(false) ? GraphResponse.Empty() : GraphResponse.Error(request, NotFound))),
        new(GraphMethod.Post, "/subscriptions/{subscription}/reauthorize", Watching, One(static async (request, book, subscription, cancel) =>
            await book.ChangeAsync(subscription.Id, static one => one with { IsChallenged = false }, cancel).ConfigureAwait(false) is null
                ? GraphResponse.Error(request, NotFound)
                : GraphResponse.Empty())) { Body = RouteBody.None },
    ];

    private static ValueTask<GraphResponse> Answered(GraphResponse response) => new(response);

    private static Handling With(GraphRequest request, Func<SubscriptionBooks, SubscriptionBook, CancellationToken, ValueTask<GraphResponse>> answer) =>
        GraphRoom.RepeatabilityError(request) is { } error ? GraphResponse.Error(request, error)
        : request.Subscriptions is { } books
            ? new Handling.Working(async (desk, cancel) =>
            {
                SubscriptionBook book = await books.OfAsync(desk, cancel).ConfigureAwait(false);
                return request.Method == GraphMethod.Get
                    ? await answer(books, book, cancel).ConfigureAwait(false)
                    : await book.OnceAsync(request, () => answer(books, book, cancel), cancel).ConfigureAwait(false);
            })
            : GraphResponse.Error(request, new GraphError(501, "NotImplemented", "Change notifications are not served here.", "notificationsNotServed"));

    // Another's subscription is not there: nobody learns that it exists.
    private static RouteHandler One(Func<GraphRequest, SubscriptionBook, ChangeSubscription, CancellationToken, ValueTask<GraphResponse>> answer) =>
        (_, request, keys) => With(request, (_, book, cancel) => Own(request, book, keys.First) is not { } subscription
            ? Answered(GraphResponse.Error(request, NotFound))
            : !subscription.Watched.Allows(request.Caller.Permissions) ? Answered(GraphResponse.Error(request, GraphError.Denied))
            : answer(request, book, subscription, cancel));

    private static ChangeSubscription? Own(GraphRequest request, SubscriptionBook book, string key) =>
        Guid.TryParseExact(key, "D", out Guid id) && book.Find(id) is { } found && IsOwn(request, found) ? found : null;

    // An application sees all of its own; a signed-in person sees those that the application made for that person.
    private static bool IsOwn(GraphRequest request, ChangeSubscription subscription) =>
        subscription.ApplicationId == request.Caller.AppId && (request.Caller.User is not { } user || subscription.UserId == user.Id)
        && subscription.ExpiresAt > request.ReceivedAt;

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys) => With(request, (_, book, _) =>
    {
        ChangeSubscription[] own = [.. book.All.Where(one => IsOwn(request, one) && one.Watched.Allows(request.Caller.Permissions)).OrderBy(one => one.Id)];
        return Answered(GraphResponse.Json(200, (request, own), static (json, s) =>
        {
            json.WriteStartObject();
            if (!s.request.WithoutMetadata)
            {
                json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#subscriptions");
            }

            json.WriteStartArray("value"u8);
            foreach (ChangeSubscription subscription in s.own)
            {
                json.WriteStartObject();
                Write(json, subscription);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }));
    });

    private static Handling Create(Tenant tenant, GraphRequest request, RouteKeys keys) => Reading(
        request,
        Wanted.Read,
        wanted => With(request, async (books, book, cancel) =>
        {
            (ChangeSubscription? subscription, GraphError? error) = Draft(request, tenant, wanted);
            error ??= subscription!.Watched.Allows(request.Caller.Permissions) ? null : GraphError.Denied;
            error ??= books.Hosts.Refuse(subscription!.NotificationUrl, "notificationUrl");
            error ??= subscription!.LifecycleUrl is { } url ? books.Hosts.Refuse(url, "lifecycleNotificationUrl") : null;
            error ??= book.Refusal(request.Caller.AppId) is { } full ? TooMany(full) : null;
            error ??= await ValidateAsync(books, subscription!.NotificationUrl, "notificationUrl", cancel).ConfigureAwait(false);
            error ??= subscription!.LifecycleUrl is { } lifecycle ? await ValidateAsync(books, lifecycle, "lifecycleNotificationUrl", cancel).ConfigureAwait(false) : null;
            error ??= await book.AddAsync(subscription!, cancel).ConfigureAwait(false) is { } refusal ? TooMany(refusal) : null;
            return error is not null
                ? GraphResponse.Error(request, error)
                : Entity(request, subscription!, 201, new ResponseHeaders { Location = $"{request.ServiceRoot}/subscriptions/{subscription!.Id}" });
        }));

    private static Handling Renew(Tenant tenant, GraphRequest request, RouteKeys keys) => Reading(
        request,
        Wanted.Read,
        wanted => With(request, async (books, book, cancel) =>
        {
            if (Own(request, book, keys.First) is not { } subscription)
            {
                return GraphResponse.Error(request, NotFound);
            }

            GraphError? error = subscription.Watched.Allows(request.Caller.Permissions) ? null : GraphError.Denied;
            error ??= wanted.Unchangeable is { } name ? Invalid("propertyUnknown", $"The property '{name}' of a subscription cannot be changed: delete it and create another.", name) : null;
            DateTimeOffset? until = null;
            if (error is null && wanted.ExpiresAt is { } asked)
            {
                (until, error) = Expiration(request, asked);
            }

            if (error is null && wanted.NotificationUrl is { } url)
            {
                error = books.Hosts.Refuse(url, "notificationUrl") ?? await ValidateAsync(books, url, "notificationUrl", cancel).ConfigureAwait(false);
            }

            if (error is not null)
            {
                return GraphResponse.Error(request, error);
            }

            ChangeSubscription? after = await book.ChangeAsync(
                subscription.Id,
                one => one with { ExpiresAt = until ?? one.ExpiresAt, NotificationUrl = wanted.NotificationUrl ?? one.NotificationUrl, IsChallenged = false },
                cancel).ConfigureAwait(false);
            return after is null ? GraphResponse.Error(request, NotFound) : Entity(request, after, 200, default);
        }));

    private static (ChangeSubscription? Subscription, GraphError? Error) Draft(GraphRequest request, Tenant tenant, Wanted wanted)
    {
        string? missing = wanted.ChangeType is null ? "changeType" : wanted.NotificationUrl is null ? "notificationUrl"
            : wanted.Resource is null ? "resource" : wanted.ExpiresAt is null ? "expirationDateTime" : null;
        if (missing is not null)
        {
            return (null, Invalid("valueMissing", $"{missing} is a required property for subscription creation", missing));
        }

        string[] types = wanted.ChangeType!.Split(',', StringSplitOptions.TrimEntries);
        if (types.FirstOrDefault(type => !IsType(type, "updated") && !IsType(type, "deleted")) is { } unknown)
        {
            return (null, Invalid(
                "changeTypeUnsupported",
                $"The changeType '{unknown}' is not supported for this resource. Users and groups have updated, which covers creations and soft deletions, and deleted.",
                "changeType"));
        }

        (DateTimeOffset? until, GraphError? error) = Expiration(request, wanted.ExpiresAt!.Value);
        (Watched? watched, error) = error is null ? Watched.Read(wanted.Resource!, tenant, request.Caller) : (null, error);
        return error is not null ? (null, error) : (new ChangeSubscription(
            Guid.NewGuid(),
            request.Caller.AppId,
            request.Caller.User?.Id,
            wanted.Resource!,
            watched!,
            types.Any(type => IsType(type, "updated")),
            types.Any(type => IsType(type, "deleted")),
            wanted.ClientState,
            wanted.NotificationUrl!,
            wanted.LifecycleUrl,
            wanted.LatestTls ?? "v1_2",
            until!.Value,
            tenant.Version,
            IsChallenged: false), null);

        static bool IsType(string given, string type) => given.Equals(type, StringComparison.OrdinalIgnoreCase);
    }

    // Real time: a subscription is a matter between two machines, not of the tenant's clock.
    private static (DateTimeOffset? Until, GraphError? Error) Expiration(GraphRequest request, DateTimeOffset asked)
    {
        TimeSpan life = asked - request.ReceivedAt;
        return life <= TimeSpan.Zero
            ? (null, Invalid("expirationPast", "The expirationDateTime of a subscription must be in the future.", "expirationDateTime"))
            : life > TimeSpan.FromMinutes(NotificationLimits.LongestLifeMinutes)
                ? (null, new GraphError(
                    400,
                    "ExtensionError",
                    string.Create(CultureInfo.InvariantCulture, $"Subscription expiration can only be {NotificationLimits.LongestLifeMinutes} minutes in the future."),
                    "expirationTooLate") { Target = "expirationDateTime" })
                : (life < NotificationLimits.ShortestLife ? request.ReceivedAt + NotificationLimits.ShortestLife : asked, null);
    }

    private static async ValueTask<GraphError?> ValidateAsync(SubscriptionBooks books, string url, string property, CancellationToken cancel)
    {
        string token = $"Validation: Testing client application reachability for subscription Request-Id: {Guid.NewGuid()}";
        string? message = await books.Handshake(new Uri(url), token, cancel).ConfigureAwait(false) switch
        {
            HandshakeOutcome.Echoed => null,
            HandshakeOutcome.TimedOut => "Subscription validation request timed out.",
            HandshakeOutcome.NotOk => "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.",
            HandshakeOutcome.OtherText => "Subscription validation request failed. Response must exactly match validationToken query parameter.",
            _ => throw new InvalidOperationException("An outcome is one of four."),
        };
        return message is null ? null : new GraphError(400, "ValidationError", message, "notificationUrlNotValidated") { Target = property };
    }

    private static GraphError TooMany(string message) => new(403, "Forbidden", message, "subscriptionsTooMany");

    private static GraphError Invalid(string innerCode, string message, string target) => new(400, "InvalidRequest", message, innerCode) { Target = target };

    // The service of subscriptions has a code of its own for bodies it cannot read.
    private static Handling Reading(GraphRequest request, Func<BodyReader, JsonElement, Wanted> read, Func<Wanted, Handling> then)
    {
        BodyReader reader = new(Resource);
        using JsonDocument? body = reader.Parse(request.Body);
        Wanted? wanted = body is null ? null : read(reader, body.RootElement);
        return reader.Error is { } error ? GraphResponse.Error(request, error with { Code = "InvalidRequest" }) : then(wanted!);
    }

    private static GraphResponse Entity(GraphRequest request, ChangeSubscription subscription, int status, ResponseHeaders headers) =>
        GraphResponse.Json(status, (request, subscription), static (json, s) =>
        {
            json.WriteStartObject();
            if (!s.request.WithoutMetadata)
            {
                json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#subscriptions/$entity");
            }

            Write(json, s.subscription);
            json.WriteEndObject();
        }, headers);

    private static void Write(Utf8JsonWriter json, ChangeSubscription subscription)
    {
        json.WriteString("id"u8, subscription.Id);
        json.WriteString("resource"u8, subscription.Resource);
        json.WriteString("applicationId"u8, subscription.ApplicationId);
        json.WriteString("changeType"u8, subscription.ChangeType);
        json.WriteString("clientState"u8, subscription.ClientState);
        json.WriteString("notificationUrl"u8, subscription.NotificationUrl);
        json.WriteNull("notificationQueryOptions"u8);
        json.WriteString("lifecycleNotificationUrl"u8, subscription.LifecycleUrl);
        json.WriteString("expirationDateTime"u8, subscription.ExpiresAt.UtcDateTime);
        json.WriteString("creatorId"u8, subscription.UserId ?? subscription.ApplicationId);
        json.WriteBoolean("includeResourceData"u8, false);
        json.WriteString("latestSupportedTlsVersion"u8, subscription.LatestTls);
        json.WriteNull("encryptionCertificate"u8);
        json.WriteNull("encryptionCertificateId"u8);
        json.WriteNull("notificationUrlAppId"u8);
    }

    /// <summary>What a body asks for; null where it says nothing.</summary>
    private sealed record Wanted(
        string? ChangeType, string? NotificationUrl, string? LifecycleUrl, string? Resource, DateTimeOffset? ExpiresAt, string? ClientState, string? LatestTls, string? Unchangeable)
    {
        public static Wanted Read(BodyReader read, JsonElement body)
        {
            Wanted wanted = new(null, null, null, null, null, null, null, null);
            foreach ((string name, JsonElement value) in read.Properties(body, "body"))
            {
                bool isNull = value.ValueKind == JsonValueKind.Null;
                string? unchangeable = wanted.Unchangeable ?? name;
                switch (name.ToUpperInvariant())
                {
                    case "EXPIRATIONDATETIME":
                        wanted = wanted with { ExpiresAt = isNull ? null : read.Instant(value, name) };
                        break;
                    case "NOTIFICATIONURL":
                        wanted = wanted with { NotificationUrl = read.Text(value, name, NotificationLimits.UrlCharacters) };
                        break;
                    case "CHANGETYPE":
                        wanted = wanted with { ChangeType = read.Text(value, name, GraphLimits.NameCharacters), Unchangeable = unchangeable };
                        break;
                    case "LIFECYCLENOTIFICATIONURL":
                        wanted = wanted with { LifecycleUrl = read.Text(value, name, NotificationLimits.UrlCharacters), Unchangeable = isNull ? wanted.Unchangeable : unchangeable };
                        break;
                    case "RESOURCE":
                        wanted = wanted with { Resource = read.Text(value, name, NotificationLimits.ResourceCharacters), Unchangeable = unchangeable };
                        break;
                    case "CLIENTSTATE":
                        wanted = wanted with { ClientState = read.Text(value, name, NotificationLimits.ClientStateCharacters), Unchangeable = isNull ? wanted.Unchangeable : unchangeable };
                        break;
                    case "LATESTSUPPORTEDTLSVERSION":
                        string? version = read.Text(value, name, GraphLimits.NameCharacters);
                        wanted = wanted with { LatestTls = version };
                        if (version is not null && !TlsVersions.Contains(version, StringComparer.Ordinal))
                        {
                            read.FailValue(name, $"It must be one of {string.Join(", ", TlsVersions)}.");
                        }

                        break;
                    case "INCLUDERESOURCEDATA":
                        if (!isNull && read.Flag(value, name))
                        {
                            read.FailValue(name, "Notifications of users and groups carry no resource data: read the object by its id.");
                        }

                        break;
                    case "ENCRYPTIONCERTIFICATE" or "ENCRYPTIONCERTIFICATEID" or "NOTIFICATIONQUERYOPTIONS" or "NOTIFICATIONURLAPPID":
                        if (!isNull)
                        {
                            read.FailValue(name, "It has no meaning for users and groups.");
                        }

                        break;
                    default:
                        read.FailUnknown(name, $"Could not process subscription creation payload. Are all property names spelled and camelCased properly? '{name}' is none.");
                        break;
                }
            }

            return wanted;
        }
    }
}
