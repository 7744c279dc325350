using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Graph.History;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Ledger;

namespace Berth.Graph;

/// <summary>The room's two doors: what a request means for a tenant, and its answer at the ledger.</summary>
public static class GraphRoom
{
    /// <summary>The longest <c>Repeatability-Request-ID</c>, in characters.</summary>
    public const int LongestRepeatabilityId = 256;

    private const int RetryAfterSeconds = 1;

    /// <summary>All routes.</summary>
    public static RouteTable Table { get; } = new(GraphRoutes.All);

    /// <summary>What a request means: a pure function of the tenant and the request.</summary>
    public static Handling Handle(Tenant tenant, GraphRequest request)
    {
        (request, RouteMatch match) = Find(request);
        return match.Route is null ? GraphResponse.Error(request, match.Error!) : Handle(tenant, request, match);
    }

    /// <summary>The answer to a request, durable when it tells of a change.</summary>
    /// <param name="desk">The caller's tenant.</param>
    /// <param name="request">The request; an item of a batch is one too.</param>
    /// <param name="cancel">Is heeded until a command is decided.</param>
    public static ValueTask<GraphResponse> AnswerAsync(TenantDesk desk, GraphRequest request, CancellationToken cancel)
    {
        (request, RouteMatch match) = Find(request);
        return match.Route is null ? new ValueTask<GraphResponse>(GraphResponse.Error(request, match.Error!)) : AnswerAsync(desk, request, match, cancel);
    }

    /// <summary>The answer to a request whose route is known, under the quotas (B788) and the faults of its tenant; Berth's own interface meets no fault (B220).</summary>
    internal static ValueTask<GraphResponse> AnswerAsync(TenantDesk desk, GraphRequest request, RouteMatch match, CancellationToken cancel) =>
        request.Faults?.Exceeded(desk, request) is { } exceeded ? new ValueTask<GraphResponse>(GraphResponse.Error(request, exceeded))
        : request.AsOf is not null ? PastReads.AnswerAsync(desk, request, match, cancel)
        : request.Faults?.For(desk.Id) is { } faults && request.Version is GraphVersion.V1 or GraphVersion.Beta
            ? faults.AnswerAsync(desk, request, match, cancel)
        : FinishAsync(desk, request, Handle(desk.Current, request, match), cancel);

    /// <summary>The route of a request. <c>/me</c> becomes the signed-in user's path (protocol 1.2).</summary>
    internal static (GraphRequest Request, RouteMatch Match) Find(GraphRequest request)
    {
        if (request.Path.Segments is [{ IsKey: false } first, ..] && first.Text.Equals("me", StringComparison.OrdinalIgnoreCase)
            && request.Version is GraphVersion.V1 or GraphVersion.Beta)
        {
            if (request.Caller.User is not { } user)
            {
                return (request, new RouteMatch(null, default, new GraphError(
                    400, "BadRequest", "/me request is only valid with delegated authentication flow.", "signedInUserMissing")));
            }

            string id = user.Id.ToString();
            PathSegment users = new("users", IsKey: false, "users", []);
            request = request with
            {
                Path = request.Path with { Segments = [users, new PathSegment(id, IsKey: true, id, []), .. request.Path.Segments.AsSpan(1..)] },
            };
        }

        return (request, Table.Find(request.Version, request.Method, request.Path));
    }

    internal static Handling Handle(Tenant tenant, GraphRequest request, RouteMatch match)
    {
        Route route = match.Route!;
        return !IsAllowed(tenant, request, match) ? GraphResponse.Error(request, GraphError.Denied)
            : Unreadable(route, request) is { } error ? GraphResponse.Error(request, error)
            : route.Handler(tenant, request, match.Keys);
    }

    /// <summary>Whether the caller may call the route of a request: by a permission, or because it is about themselves alone (B204).</summary>
    internal static bool IsAllowed(Tenant tenant, GraphRequest request, RouteMatch match)
    {
        RouteAccess access = match.Route!.Access;
        PermissionSet granted = request.Caller.Permissions;
        return access.Allows(granted)
            || (access.OfOneself is { } own && granted.Covers(own)
                && request.Caller.User is { } user && Reads.UserReads.Find(tenant, match.Keys.First)?.User.Id == user.Id

                // What is expanded is somebody else.
                && !request.Query.Contains("expand", StringComparison.OrdinalIgnoreCase));
    }

    internal static ValueTask<GraphResponse> FinishAsync(TenantDesk desk, GraphRequest request, Handling handling, CancellationToken cancel) => handling switch
    {
        Handling.Answered answered => new ValueTask<GraphResponse>(answered.Response),
        Handling.Wanted or Handling.Deliberate => SubmitAsync(desk, request, handling, cancel),
        Handling.Working working => working.Work(desk, cancel),
        _ => throw new InvalidOperationException("A handling is one of four."),
    };

    /// <summary>The id of a request came before with another body.</summary>
    internal static GraphError RepeatedDifferently { get; } = GraphError.BadRequest(
        "repeatedDifferently", "This Repeatability-Request-ID came before with another body. Nothing was changed; use a new id.");

    /// <summary>What is wrong with the id that makes a request repeatable, or null.</summary>
    internal static GraphError? RepeatabilityError(GraphRequest request) => request.RepeatabilityId is { Length: > LongestRepeatabilityId }
        ? GraphError.BadRequest("repeatabilityIdTooLong", $"Repeatability-Request-ID is longer than {LongestRepeatabilityId} characters.")
        : null;

    /// <summary>How the ledger recognizes a request that is sent again, or null when it carries no id (contract, Repeatability-Request-ID).</summary>
    /// <param name="request">The request.</param>
    /// <param name="part">Which of its commands, when it leads to several.</param>
    /// <param name="bodyHash">A hash of what the command was made of.</param>
    /// <param name="render">The answer to remember.</param>
    internal static Repeatable? RepeatableOf(GraphRequest request, string part, Func<byte[]> bodyHash, Func<Decision.Accepted, byte[]> render)
    {
        if (request.RepeatabilityId is not { Length: > 0 } id)
        {
            return null;
        }

        // A path and a query can be longer than a key.
        byte[] target = SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Method} {request.Version}{request.Path.Text}?{request.Query}"));
        return new Repeatable($"{request.Caller.AppId:D} {Convert.ToHexStringLower(target)} {id} {part}", bodyHash(), render);
    }

    private static GraphError? Unreadable(Route route, GraphRequest request)
    {
        string? wanted = route.Body switch
        {
            RouteBody.None => null,
            RouteBody.Json or RouteBody.Changes => request.Body.IsEmpty ? null : "application/json",
            RouteBody.Lines => "application/x-ndjson",
            RouteBody.Table => "text/csv",
        };
        return wanted is null || IsMediaType(request.ContentType, wanted)
            || (request.Version == GraphVersion.Scim && IsMediaType(request.ContentType, "application/scim+json")) ? null : GraphError.ContentType(request.ContentType, wanted);
    }

    private static bool IsMediaType(string? given, string wanted)
    {
        ReadOnlySpan<char> type = given;
        int parameters = type.IndexOf(';');
        return (parameters < 0 ? type : type[..parameters]).Trim().Equals(wanted, StringComparison.OrdinalIgnoreCase);
    }

    private static async ValueTask<GraphResponse> SubmitAsync(TenantDesk desk, GraphRequest request, Handling handling, CancellationToken cancel)
    {
        if (RepeatabilityError(request) is { } error)
        {
            return GraphResponse.Error(request, error);
        }

        Handling.Wanted? wanted = handling as Handling.Wanted;
        if (wanted is not null && Writes.RoleGuard.IsDeliberate(desk.Current, request, wanted.Command))
        {
            // Of two who take each other's role the second finds that it is the last one.
            Handling.Wanted same = wanted;
            handling = new Handling.Deliberate(_ => same);
        }
        else if (wanted is not null && Writes.RoleGuard.Refusal(desk.Current, request, wanted.Command) is { } guarded)
        {
            return GraphResponse.Error(request, guarded);
        }

        Repeatable? repeatable = RepeatableOf(
            request, "", () => wanted?.BodyHash?.Invoke() ?? SHA256.HashData(request.Body.Span), accepted => Remember(wanted!.Render(accepted)));
        try
        {
            Submission submission = handling is Handling.Deliberate deliberate
                ? await desk.SubmitAloneAsync(tenant => (wanted = Guarded(tenant, request, deliberate.Make(tenant))).Command, request.Caller.Actor, repeatable, cancel).ConfigureAwait(false)
                : await desk.SubmitAsync(wanted!.Command, request.Caller.Actor, repeatable, cancel).ConfigureAwait(false);
            return submission switch
            {
                Submission.Done { Decision: Decision.Accepted } done when wanted!.Password is { } password =>
                    await KeepAsync(desk, request, password, wanted.Render(done.Decision), cancel).ConfigureAwait(false),
                Submission.Done done => wanted!.Render(done.Decision),
                Submission.Repeated repeated when wanted?.Password is { } password =>
                    await KeepAsync(desk, request, password with { UserId = Created(repeated.Answer.Span) ?? password.UserId }, Recall(repeated.Answer.Span), cancel).ConfigureAwait(false),
                Submission.Repeated repeated => Recall(repeated.Answer.Span),
                Submission.RepeatedDifferently => GraphResponse.Error(request, RepeatedDifferently),
                _ => throw new InvalidOperationException("A submission is one of three."),
            };
        }
        catch (WriteFailedException failed)
        {
            return GraphResponse.Error(request, GraphError.Unavailable($"Nothing was changed: {failed.Message}", RetryAfterSeconds));
        }
        catch (Exception unclear) when (unclear is LedgerFencedException or CommitInDoubtException)
        {
            return GraphResponse.Error(request, GraphError.Unavailable(unclear.Message, RetryAfterSeconds));
        }
    }

    // A request that is sent again gets the answer that it got; what is not a repetition expects a version that never is.
    private static Handling.Wanted Guarded(Tenant tenant, GraphRequest request, Handling.Wanted made) => Writes.RoleGuard.Refusal(tenant, request, made.Command) is not { } error ? made : made with
    {
        Command = new Command.ApplyChanges([]) { ExpectedVersion = -1 },
        Render = decision => decision is Decision.Refused ? GraphResponse.Error(request, error) : made.Render(decision),
    };

    // Before the answer, so that who was told of a new password can sign in with it (B203).
    private static async ValueTask<GraphResponse> KeepAsync(TenantDesk desk, GraphRequest request, NewPassword password, GraphResponse answer, CancellationToken cancel)
    {
        try
        {
            if (request.Passwords is { } passwords)
            {
                await passwords.Keep(desk.Current, password, cancel).ConfigureAwait(false);
            }

            return answer;
        }
        catch (Exception away) when (GraphError.OfDatabase(away) is not null)
        {
            // The command is done: whoever reads that nothing was written would do it again.
            answer.Dispose();
            return GraphResponse.Error(request, GraphError.Unavailable(
                $"What was asked for user {password.UserId} is done, but for the password, which could not be kept: {away.Message} Set it with PATCH /users/{password.UserId}, or send the same request again if it has a Repeatability-Request-ID.",
                RetryAfterSeconds));
        }
    }

    // A repetition reads another id for the user it would create; the one that was created is in the answer.
    private static Guid? Created(ReadOnlySpan<byte> remembered)
    {
        using GraphResponse answer = Recall(remembered);
        if (answer.Status != 201)
        {
            return null;
        }

        using JsonDocument body = JsonDocument.Parse(answer.Body);
        return body.RootElement.GetProperty("id").GetGuid();
    }

    /// <summary>Status, kind, length of the location, location, body: the answer that a repetition gets (contract, Repeatability-Request-ID).</summary>
    internal static byte[] Remember(GraphResponse response)
    {
        using (response)
        {
            byte[] location = Encoding.UTF8.GetBytes(response.Headers.Location ?? "");
            byte[] bytes = new byte[7 + location.Length + response.Body.Length];
            BinaryPrimitives.WriteInt16LittleEndian(bytes, checked((short)response.Status));
            bytes[2] = (byte)response.Kind;
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(3), location.Length);
            location.CopyTo(bytes, 7);
            response.Body.Span.CopyTo(bytes.AsSpan(7 + location.Length));
            return bytes;
        }
    }

    /// <summary>The remembered answer.</summary>
    internal static GraphResponse Recall(ReadOnlySpan<byte> bytes)
    {
        int status = BinaryPrimitives.ReadInt16LittleEndian(bytes);
        ResponseBody kind = (ResponseBody)bytes[2];
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[3..]);
        ResponseHeaders headers = new() { Location = length == 0 ? null : Encoding.UTF8.GetString(bytes.Slice(7, length)) };
        return kind == ResponseBody.None ? GraphResponse.Empty(status, headers) : GraphResponse.Of(status, kind, bytes[(7 + length)..], headers);
    }
}
