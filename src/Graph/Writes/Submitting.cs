using System.Text.Json;
using Berth.Engine;
using Berth.Graph.Errors;
using Berth.Graph.Requests;

namespace Berth.Graph.Writes;

/// <summary>The way of every write: read the body, name the target, hand a command over, answer for its decision.</summary>
internal static class Submitting
{
    /// <summary>The user a key of a path names: an object id or a user principal name.</summary>
    /// <returns>The index, or -1 when there is none.</returns>
    public static int FindUser(Tenant tenant, string key) => Guid.TryParseExact(key, "D", out Guid id) ? tenant.FindUser(id) : tenant.FindUser(key);

    /// <summary>The object id that a key of a path means, or that of nobody.</summary>
    public static Guid UserId(Tenant tenant, string key) =>
        Guid.TryParseExact(key, "D", out Guid id) ? id : tenant.TryGetUser(tenant.FindUser(key), out Engine.Directory.User? user) ? user.Id : Guid.Empty;

    /// <summary>The group a key of a path names.</summary>
    /// <returns>The index, or -1 when there is none.</returns>
    public static int FindGroup(Tenant tenant, string key) => Guid.TryParseExact(key, "D", out Guid id) ? tenant.FindGroup(id) : -1;

    /// <summary>The group id that a key of a path means, or that of no group.</summary>
    public static Guid GroupId(string key) => Guid.TryParseExact(key, "D", out Guid id) ? id : Guid.Empty;

    /// <summary>Reads the body with a function and goes on with what it read, unless something is wrong with it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="resource">What messages call the thing that is written.</param>
    /// <param name="read">Takes what it needs out of the body; its errors lie in the reader.</param>
    /// <param name="then">What the request means.</param>
    public static Handling Reading<T>(this GraphRequest request, string resource, Func<BodyReader, JsonElement, T> read, Func<T, Handling> then)
    {
        BodyReader reader = new(resource);
        using JsonDocument? body = reader.Parse(request.Body);
        T? value = body is null ? default : read(reader, body.RootElement);
        return reader.Error is { } error ? GraphResponse.Error(request, error) : then(value!);
    }

    /// <summary>Submits a command; a refusal becomes Graph's error.</summary>
    /// <param name="request">The request.</param>
    /// <param name="target">What the client called the user or group of the path; a 404 repeats it.</param>
    /// <param name="command">What is wanted.</param>
    /// <param name="answer">The answer when it happened.</param>
    public static Handling.Wanted Submit(this GraphRequest request, string target, Command command, Func<Decision.Accepted, GraphResponse> answer) =>
        new(command, decision => decision switch
        {
            Decision.Accepted accepted => answer(accepted),
            Decision.Refused { Refusal: { Code: RefusalCode.UserNotFound or RefusalCode.GroupNotFound or RefusalCode.DeletedItemNotFound } } => GraphResponse.Error(request, GraphError.NotFound(target)),
            Decision.Refused refused => GraphResponse.Error(request, refused.Refusal.ToError()),
            _ => throw new InvalidOperationException("A decision is one of two."),
        });
}
