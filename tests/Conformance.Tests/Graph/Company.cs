using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Graph;
using Berth.Graph.Requests;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>A tenant made by the engine's own commands, and questions to the room about it: no host, no ledger, no mock.</summary>
internal sealed class Company
{
    public static readonly Guid TenantId = Guid.Parse("2f1c7f6e-6d0f-4a55-9d0e-6a8d0f0b6c11");
    public static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static Guid E5 { get; } = Part("SPE_E5");

    public static Guid E3 { get; } = Part("SPE_E3");

    public static Guid CloudPc { get; } = Part("CPC_E_2C_8GB_128GB");

    public Tenant Tenant { get; private set; } = Tenant.Unborn;

    public static Company Empty()
    {
        Company company = new();
        company.Do(new Command.CreateTenant(
            new TenantProfile(TenantId, "Fabrikam", "fabrikam.example", "US", TenantKind.Emulator, Noon), SkuCatalog.BuiltIn));
        return company;
    }

    public Decision.Accepted Do(Command command)
    {
        Decision decision = Deciding.Decide(Tenant, command, new DecisionContext(Noon, Actor.Berth));
        Decision.Accepted accepted = Assert.IsType<Decision.Accepted>(decision);
        Tenant = accepted.Next;
        return accepted;
    }

    /// <summary>Does a command, or leaves everything as it is when it is refused.</summary>
    public bool Try(Command command)
    {
        if (Deciding.Decide(Tenant, command, new DecisionContext(Noon, Actor.Berth)) is not Decision.Accepted accepted)
        {
            return false;
        }

        Tenant = accepted.Next;
        return true;
    }

    public Guid AddUser(string name, Func<User, User>? with = null)
    {
        User user = new(NewId(), $"{name}@fabrikam.example", name, name, true, "US", Noon, default);
        user = with is null ? user : with(user);
        Do(new Command.CreateUser(user));
        return user.Id;
    }

    public Guid AddGroup(string name, params ReadOnlySpan<Guid> members)
    {
        GroupProfile profile = new(NewId(), name, null, name, false, true, [], null, Noon);
        Do(new Command.CreateGroup(profile, ValueArray.Create(members)));
        return profile.Id;
    }

    public void Buy(Guid sku, int units) =>
        Do(new Command.CreateSubscription(NewId(), sku, units, SubscriptionStatus.Enabled, false));

    public void Give(Guid user, params ReadOnlySpan<Guid> skus) =>
        Do(new Command.AssignUserLicenses(user, [.. skus.ToArray().Select(sku => new LicenseRequest(sku, []))], []));

    public void GiveGroup(Guid group, params ReadOnlySpan<Guid> skus) =>
        Do(new Command.AssignGroupLicenses(group, [.. skus.ToArray().Select(sku => new LicenseRequest(sku, []))], []));

    /// <summary>A GET of a path with its version, such as <c>/v1.0/users?$top=1</c>; the answer must be 200.</summary>
    public JsonElement Get(string target, Func<GraphRequest, GraphRequest>? with = null)
    {
        (int status, string body) = Ask(target, with);
        Assert.True(status == 200, $"{target}: {status} {body}");
        return JsonDocument.Parse(body).RootElement;
    }

    /// <summary>A GET that must be refused: its error object.</summary>
    public (int Status, JsonElement Error) Refused(string target, Func<GraphRequest, GraphRequest>? with = null)
    {
        (int status, string body) = Ask(target, with);
        Assert.True(status >= 400, $"{target}: {status} {body}");
        return (status, JsonDocument.Parse(body).RootElement.GetProperty("error"));
    }

    public (int Status, string Body) Ask(string target, Func<GraphRequest, GraphRequest>? with = null)
    {
        Handling handling = GraphRoom.Handle(Tenant, Request(target, with));
        using GraphResponse response = Assert.IsType<Handling.Answered>(handling).Response;
        return (response.Status, Encoding.UTF8.GetString(response.Body.Span));
    }

    public static GraphRequest Request(string target, Func<GraphRequest, GraphRequest>? with = null)
    {
        string[] versions = ["/v1.0", "/beta", "/berth/v1"];
        int version = Array.FindIndex(versions, prefix => target.StartsWith(prefix, StringComparison.Ordinal));
        string rest = target[versions[version].Length..];
        int question = rest.IndexOf('?', StringComparison.Ordinal);
        (GraphPath? path, string? problem) = GraphPath.Read(question < 0 ? rest : rest[..question]);
        Assert.True(path is not null, problem);
        GraphRequest request = new()
        {
            Method = GraphMethod.Get,
            Version = (GraphVersion)version,
            Path = path,
            Query = question < 0 ? "" : rest[(question + 1)..],
            Caller = new Caller(TenantId, NewId(), "tests", null, PermissionSet.Every),
            BaseUrl = "https://graph.test",
            RequestId = NewId(),
            ClientRequestId = "c-1",
            ReceivedAt = Noon,
        };
        return with is null ? request : with(request);
    }

    /// <summary>The request with the header of advanced queries (L153).</summary>
    public static GraphRequest Eventual(GraphRequest request) => request with { EventualConsistency = true };

    /// <summary>Every page of a collection asked for in an advanced query, following the links: the values of one property.</summary>
    public List<string?> Advanced(string target, string property = "id") =>
        All(target.Contains("$count=true", StringComparison.Ordinal) ? target : $"{target}{(target.Contains('?', StringComparison.Ordinal) ? '&' : '?')}$count=true", property, Eventual);

    /// <summary>Every page of a collection, following the links: the values of one property.</summary>
    public List<string?> All(string target, string property = "id", Func<GraphRequest, GraphRequest>? with = null, int mostPages = 1000)
    {
        List<string?> values = [];
        for (string? next = target; next is not null; mostPages--)
        {
            Assert.True(mostPages > 0, "the links never end");
            JsonElement page = Get(next, with);
            values.AddRange(page.GetProperty("value").EnumerateArray().Select(item => item.GetProperty(property).GetString()));
            next = page.TryGetProperty("@odata.nextLink", out JsonElement link) ? link.GetString()!["https://graph.test".Length..] : null;
        }

        return values;
    }

    public static Guid NewId() => Guid.NewGuid();

    private static Guid Part(string partNumber) => SkuCatalog.BuiltIn.FindByPartNumber(partNumber).Single().Id;
}
