using System.Management.Automation;
using System.Text.Json;
using Berth.Conformance.Tests.CommandLine;
using Berth.PowerShell;
using Berth.PowerShell.Connecting;
using Berth.PowerShell.Wire;
using Xunit;

namespace Berth.Conformance.Tests.PowerShell;

/// <summary>What the module does when a server lets it wait, loses an answer or says something odd (B840, B846, B848).</summary>
[Collection(nameof(ShellTenant))]
public sealed class WireTests(ShellTenant tenant)
{
    private const string Skus = """{"value":[{"skuId":"11111111-1111-4111-8111-111111111111","skuPartNumber":"ONE","prepaidUnits":{"enabled":5,"warning":1},"consumedUnits":9}]}""";
    private const string Users = """{"responses":[{"id":"0","status":200,"body":{"id":"22222222-2222-4222-8222-222222222222","userPrincipalName":"ada@contoso.example"}}]}""";
    private const string Plan = """{"id":"33333333-3333-4333-8333-333333333333","version":7,"changes":true,"summary":{"usersGaining":1},"users":[],"pools":[],"warnings":["Read this."]}""";

    [Fact]
    public async Task A_write_that_is_told_to_wait_or_whose_answer_is_lost_goes_again_under_the_same_id()
    {
        int applies = 0;
        await using ScriptedServer server = await ScriptedServer.StartAsync(asked => asked.Target switch
        {
            "/berth/v1/apply" => Interlocked.Increment(ref applies) switch
            {
                1 => new Scripted(429, """{"error":{"code":"TooManyRequests","message":"Wait."}}""", "0"),
                2 => null,
                3 => new Scripted(503, """{"error":{"code":"serviceNotAvailable","message":"Wait."}}""", "0"),
                _ => new Scripted(202, """{"id":"44444444-4444-4444-8444-444444444444","state":"succeeded","version":8}"""),
            },
            _ => Usual(asked),
        });

        Said said = Run(server, "Set-BerthUserLicense ada@contoso.example -AddSku ONE");

        Assert.Equal("Nothing changes.", said.One<BerthLicenseChange>().Reason);
        Assert.Equal("Read this.", Assert.Single(said.Warnings));
        string?[] ids = [.. server.Asked.Where(static one => one.Target == "/berth/v1/apply").Select(static one => one.RepeatabilityId)];
        Assert.Equal(4, ids.Length);
        Assert.True(Guid.TryParse(Assert.Single(ids.Distinct()), out _));
        Assert.All(server.Asked.Where(static one => one.Method == "POST"), static one => Assert.NotNull(one.RepeatabilityId));
        Assert.Equal("""{"planId":"33333333-3333-4333-8333-333333333333"}""", server.Asked.Last().Body);
    }

    [Theory]
    [InlineData(ShellLimits.Attempts - 1, true)]
    [InlineData(ShellLimits.Attempts, false)]
    public async Task A_server_that_is_busy_for_too_long_is_told_of(int busy, bool comesThrough)
    {
        int asked = 0;
        await using ScriptedServer server = await ScriptedServer.StartAsync(one => Interlocked.Increment(ref asked) <= busy ? new Scripted(429, """{"error":{"code":"TooManyRequests","message":"Too many."}}""", "0") : Usual(one));

        Said said = Run(server, "Get-BerthSku");

        if (comesThrough)
        {
            Assert.Equal((6L, 9L, 0L), said.One<BerthSku>() is var sku ? (sku.Assignable, sku.Consumed, sku.Available) : default);
        }
        else
        {
            Assert.Equal("Too many.", said.Ending("TooManyRequests", ErrorCategory.ResourceBusy).ToString());
        }
    }

    [Fact]
    public async Task A_wait_that_is_too_long_is_not_waited()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(static _ =>
            new Scripted(503, """{"error":{"code":"serviceNotAvailable","message":"Come tomorrow."}}""", $"{(ShellLimits.LongestWait.TotalSeconds + 1):0}"));

        Run(server, "Get-BerthSku").Ending("serviceNotAvailable", ErrorCategory.ResourceBusy);

        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task An_item_of_a_batch_that_is_told_to_wait_is_asked_for_again()
    {
        int batches = 0;
        await using ScriptedServer server = await ScriptedServer.StartAsync(asked => asked.Target == "/v1.0/$batch" && Interlocked.Increment(ref batches) == 1
            ? new Scripted(200, """{"responses":[{"id":"0","status":429,"headers":{"Retry-After":"0"},"body":{"error":{"code":"TooManyRequests","message":"Wait."}}}]}""")
            : Usual(asked));

        Run(server, "Set-BerthUserLicense ada@contoso.example -AddSku ONE").Clean();

        Assert.Equal(2, batches);
    }

    [Fact]
    public async Task A_token_that_is_not_taken_any_more_is_renewed_once()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(static asked => asked.Token == "Bearer token-1" ? new Scripted(401, """{"error":{"code":"InvalidAuthenticationToken","message":"Over."}}""") : Usual(asked));
        Run(server, "Get-BerthSku").One<BerthSku>();
        Assert.Equal(2, server.Tokens);

        await using ScriptedServer closed = await ScriptedServer.StartAsync(static _ => new Scripted(401, """{"error":{"code":"InvalidAuthenticationToken","message":"Over."}}"""));
        Assert.Equal("Over.", Run(closed, "Get-BerthSku").Ending("InvalidAuthenticationToken", ErrorCategory.AuthenticationError).ToString());
        Assert.Equal((2, 2), (closed.Tokens, closed.Asked.Count));
    }

    [Theory]
    [InlineData("""{"value":[],"@odata.nextLink":"http://elsewhere.invalid/v1.0/subscribedSkus"}""")]
    [InlineData("""{"value":[],"@odata.nextLink":"file:///etc/passwd"}""")]
    [InlineData("<html>")]
    public async Task An_answer_that_is_not_a_Berths_ends_the_command_and_the_token_goes_nowhere_else(string body)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(200, body));

        Run(server, "Get-BerthSku").Ending("answerUnreadable", ErrorCategory.InvalidResult);
    }

    [Theory]
    [InlineData("""{"responses":[]}""")]
    [InlineData("""{"responses":[{"id":"7","status":200,"body":{}}]}""")]
    public async Task A_batch_without_the_answer_of_every_item_ends_the_command(string body)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(asked => asked.Target == "/v1.0/$batch" ? new Scripted(200, body) : Usual(asked));

        Run(server, "Set-BerthUserLicense ada@contoso.example -AddSku ONE").Ending("answerUnreadable", ErrorCategory.InvalidResult);
    }

    [Theory]
    [InlineData(ShellLimits.AnswerBytes, true)]
    [InlineData(ShellLimits.AnswerBytes + 1, false)]
    public async Task An_answer_is_read_up_to_its_limit(int bytes, bool isRead)
    {
        string body = Skus + new string(' ', bytes - Skus.Length);
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ => new Scripted(200, body));

        Said said = Run(server, "Get-BerthSku");

        if (isRead)
        {
            said.One<BerthSku>();
        }
        else
        {
            said.Ending("answerTooLarge", ErrorCategory.LimitsExceeded);
        }
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_told_of_with_what_is_not_known()
    {
        using ManualResetEventSlim end = new();
        await using ScriptedServer server = await ScriptedServer.StartAsync(_ =>
        {
            end.Wait();
            return null;
        });
        using System.Security.SecureString secret = new();
        using BerthClient client = new(server.Address, new SecretSignIn("contoso.example", "client", secret), TimeSpan.FromSeconds(2));

        BerthException read = Assert.Throws<BerthException>(() => client.Get("/v1.0/subscribedSkus", TestContext.Current.CancellationToken));
        BerthException written = Assert.Throws<BerthException>(() => client.Post("/berth/v1/apply", null, TestContext.Current.CancellationToken));
        end.Set();

        Assert.Equal(("serverUnreachable", "serverUnreachable"), (read.Code, written.Code));
        Assert.DoesNotContain("not known", read.Message, StringComparison.Ordinal);
        Assert.EndsWith("did not answer within 2 s. Whether it was done is not known: Get-BerthHistory shows it.", written.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ShellLimits.Refused - 1, 1, true)]
    [InlineData(ShellLimits.Refused, 0, true)]
    [InlineData(ShellLimits.Refused, 1, false)]
    public async Task After_a_thousand_refused_rows_the_rest_is_not_tried(int refused, int others, bool goesOn)
    {
        int left = refused;
        await using ScriptedServer server = await ScriptedServer.StartAsync(asked => asked.Target switch
        {
            "/v1.0/$batch" => new Scripted(200, Everybody(asked.Body)),
            "/berth/v1/plan" when Interlocked.Decrement(ref left) >= 0 => new Scripted(400, """{"error":{"code":"Request_BadRequest","message":"No.","details":[{"code":"changeRefused","message":"1","target":"changes[0]"}],"innerError":{"code":"seatsExhausted"}}}"""),
            _ => Usual(asked),
        });

        Said said = Run(server, $"1..{refused + others} | ForEach-Object {{ \"p$_@contoso.example\" }} | Set-BerthUserLicense -AddSku ONE");

        Assert.Equal(goesOn ? refused : ShellLimits.Refused, said.Errors.Count);
        if (goesOn)
        {
            Assert.Null(said.Fatal);
            Assert.Equal(others, said.Output.Count);
        }
        else
        {
            Assert.Contains("1000 rows were refused, and the 1 others were not tried", said.Ending("tooManyRefused", ErrorCategory.LimitsExceeded).ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(server.Asked, static one => one.Target == "/berth/v1/apply");
        }
    }

    [Theory]
    [InlineData(ShellLimits.Changes, true)]
    [InlineData(ShellLimits.Changes + 1, false)]
    public async Task A_list_is_as_long_as_a_plan_may_be(int rows, bool isPlanned)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(asked => asked.Target == "/v1.0/$batch" ? new Scripted(200, Everybody(asked.Body)) : Usual(asked));

        Said said = Run(server, $"1..{rows} | ForEach-Object {{ \"p$_@contoso.example\" }} | Set-BerthUserLicense -AddSku ONE | Measure-Object");

        if (isPlanned)
        {
            Assert.Equal(rows, said.Clean().Output.Single().Properties["Count"].Value);
        }
        else
        {
            said.Ending("tooManyChanges", ErrorCategory.LimitsExceeded);
            Assert.DoesNotContain(server.Asked, static one => one.Target == "/berth/v1/plan");
        }
    }

    [Theory]
    [InlineData(ShellLimits.Depth, "valueUnknown")]
    [InlineData(ShellLimits.Depth + 1, "changeUnreadable")]
    public async Task A_change_is_nested_as_deep_as_its_limit(int depth, string code)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(asked => asked.Target == "/berth/v1/plan"
            ? new Scripted(400, """{"error":{"code":"Request_BadRequest","message":"No.","innerError":{"code":"valueUnknown"}}}""")
            : Usual(asked));

        Said said = Run(server, $"$inner = 'end'; 1..{depth} | ForEach-Object {{ $inner = @{{ a = $inner }} }}; New-BerthPlan $inner");

        Assert.Equal(code, said.Fatal!.FullyQualifiedErrorId.Split(',')[0]);
    }

    private Said Run(ScriptedServer server, string script)
    {
        using Shell shell = Shell.Open(tenant.Module);
        return shell.Run($"param($server) Connect-Berth $server -Demo | Out-Null; {script}", ("server", server.Address));
    }

    private static Scripted Usual(Asked asked) => asked.Target switch
    {
        "/v1.0/subscribedSkus" => new Scripted(200, Skus),
        "/v1.0/$batch" => new Scripted(200, Users),
        "/berth/v1/plan" => new Scripted(200, Plan),
        "/berth/v1/apply" => new Scripted(202, """{"id":"44444444-4444-4444-8444-444444444444","state":"succeeded","version":8}"""),
        _ => new Scripted(404, """{"error":{"code":"Request_ResourceNotFound","message":"No."}}"""),
    };

    // Whoever is asked for exists, each under an id of their own.
    private static string Everybody(string batch)
    {
        using JsonDocument requests = JsonDocument.Parse(batch);
        return JsonSerializer.Serialize(new
        {
            responses = requests.RootElement.GetProperty("requests").EnumerateArray().Select(static item => new
            {
                id = item.GetProperty("id").GetString(),
                status = 200,
                body = new { id = Guid.NewGuid(), userPrincipalName = Uri.UnescapeDataString(item.GetProperty("url").GetString()!.Split('/', '?')[2]) },
            }),
        });
    }
}
