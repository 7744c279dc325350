using System.Text.Json;
using Berth.Conformance.Tests.Completeness;
using Xunit;

namespace Berth.Conformance.Tests.Clients;

/// <summary>
/// <c>@microsoft/microsoft-graph-client</c> with <c>@azure/identity</c> on Node.js, unmodified. The scripts of <c>tests/clients/graph-client</c> say what they
/// saw; what must be so is said here.
/// </summary>
[Collection(nameof(ClientTenant))]
public sealed class GraphClientForJavaScript(ClientTenant tenant)
{
    private const string Workstation = "CPC_E_4C_16GB_512GB";

    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task A_license_is_given_and_taken_directly_and_by_a_group(ClientDoor door)
    {
        JsonElement seen = await tenant.ScriptAsync(door, "graph-client/licensing.mjs");

        string sku = Text(seen, "skuId");
        string user = Text(seen, "user");
        Assert.Equal([sku], Texts(seen, "assigned"));
        Assert.Equal([Workstation], Texts(seen, "details"));
        Assert.Equal(0, Number(seen, "without"));
        Refused(seen.GetProperty("unknown"), 400, "Request_BadRequest", $"License {user} does not correspond to a valid company License.");
        Refused(
            seen.GetProperty("incomplete"),
            400,
            "Request_BadRequest",
            "One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: removeLicenses.");
        JsonElement state = Assert.Single(seen.GetProperty("states").EnumerateArray());
        Assert.Equal((Text(seen, "group"), "Active", "None"), (Text(state, "by"), Text(state, "state"), Text(state, "error")));
        Assert.Equal("ProcessingComplete", Text(seen, "processing"));
        Refused(seen.GetProperty("kept"), 400, "Request_BadRequest", "User license is inherited from a group membership and it cannot be removed directly from the user.");
        Assert.Equal(0, Number(seen, "left"));
    }

    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task The_page_iterator_sees_everybody_once(ClientDoor door)
    {
        JsonElement seen = await tenant.ScriptAsync(door, "graph-client/pages.mjs");

        Assert.Equal(40, Number(seen, "firstPage"));
        Assert.True(Number(seen, "counted") >= 250, $"{seen}");
        Assert.Equal(Number(seen, "counted"), Number(seen, "seen"));
        Assert.Equal(Number(seen, "counted"), Number(seen, "different"));
        Assert.True(seen.GetProperty("complete").GetBoolean());
    }

    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task A_batch_runs_in_order_and_what_waits_for_a_failure_fails(ClientDoor door)
    {
        JsonElement seen = await tenant.ScriptAsync(door, "graph-client/batch.mjs");

        Assert.Equal("""{"create":201,"change":204,"read":200}""", seen.GetProperty("row").GetRawText());
        Assert.Equal("Legal", Text(seen, "department"));
        Assert.Equal("""{"nobody":404,"after":424,"also":424}""", seen.GetProperty("stranded").GetRawText());
    }

    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task A_refusal_for_too_many_requests_is_waited_out_and_never_reaches_the_program(ClientDoor door)
    {
        JsonElement seen = default;
        int[] statuses = await tenant.WithFaultAsync(
            """{"kind":"throttle","route":"GET /organization","count":2,"retryAfter":1}""",
            door,
            "/v1.0/organization",
            async () => seen = await tenant.ScriptAsync(door, "graph-client/retry.mjs"));

        Assert.Equal("Contoso", Text(seen, "displayName"));
        Assert.Equal([429, 429, 200], statuses);
    }

    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task Advanced_queries_find_what_they_search_and_refuse_without_the_header(ClientDoor door)
    {
        JsonElement seen = await tenant.ScriptAsync(door, "graph-client/search.mjs");

        Assert.Equal($"Searched {Text(seen, "word")}", Assert.Single(Texts(seen, "found")));
        Assert.Equal(1, Number(seen, "count"));
        Assert.Equal(1, Number(seen, "ends"));
        Assert.Equal((400, "Request_UnsupportedQuery"), (Number(seen.GetProperty("without"), "status"), Text(seen.GetProperty("without"), "code")));
        Assert.True(Number(seen, "counted") > 250, $"{seen}");
    }

    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task Delta_links_lead_from_change_to_change(ClientDoor door)
    {
        JsonElement seen = await tenant.ScriptAsync(door, "graph-client/delta.mjs");

        Assert.True(Number(seen, "all") > 250, $"{seen}");
        Assert.Equal(1, Number(seen, "first"));
        Assert.Equal(0, Number(seen, "quiet"));
        Assert.Equal(["Delta"], Texts(seen, "department"));
        Assert.Equal(["changed"], Texts(seen, "removed"));
    }

    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task A_dynamic_group_follows_its_rule_and_beta_says_why(ClientDoor door)
    {
        JsonElement seen = await tenant.ScriptAsync(door, "graph-client/dynamic.mjs");

        (string inside, string outside) = (Text(seen, "inside"), Text(seen, "outside"));
        Assert.Equal([inside], Texts(seen, "before"));
        Assert.Equal(new[] { inside, outside }.Order(), Texts(seen, "after").Order());
        JsonElement own = seen.GetProperty("own");
        Assert.Equal(Text(seen, "rule"), Text(own, "membershipRule"));
        Assert.True(own.GetProperty("membershipRuleEvaluationResult").GetBoolean());
        Assert.True(own.GetProperty("membershipRuleEvaluationDetails").GetProperty("expressionResult").GetBoolean());
        Assert.False(seen.GetProperty("given").GetProperty("membershipRuleEvaluationResult").GetBoolean());
        Assert.Equal((403, "Authorization_RequestDenied"), (Number(seen.GetProperty("byHand"), "status"), Text(seen.GetProperty("byHand"), "code")));
        Assert.Equal(400, Number(seen.GetProperty("malformed"), "status"));
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;

    private static int Number(JsonElement element, string property) => element.GetProperty(property).GetInt32();

    private static IEnumerable<string?> Texts(JsonElement element, string property) => element.GetProperty(property).EnumerateArray().Select(item => item.GetString());

    private static void Refused(JsonElement refusal, int status, string code, string message) =>
        Assert.Equal((status, code, message), (Number(refusal, "status"), Text(refusal, "code"), Text(refusal, "message")));
}
