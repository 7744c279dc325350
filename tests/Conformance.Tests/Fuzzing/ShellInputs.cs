using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.CommandLine;
using Berth.PowerShell;
using Berth.PowerShell.Connecting;
using Berth.PowerShell.Names;
using Berth.PowerShell.Plans;
using Berth.PowerShell.Wire;
using Xunit;

namespace Berth.Conformance.Tests.Fuzzing;

/// <summary>What the cmdlets are given, by people and by servers: it is taken, or refused in words (B760, B840).</summary>
public sealed class ShellInputs
{
    private const string Sku = """{"skuId":"c7df2760-2c81-4ef7-b578-5b5392b571df","skuPartNumber":"SPE_E5","capabilityStatus":"Enabled","appliesTo":"User","consumedUnits":1,"prepaidUnits":{"enabled":5,"warning":0},"servicePlans":[{"servicePlanId":"70d33638-9c74-4d01-bfd3-562de28bd4ba","servicePlanName":"BI","appliesTo":"User"}]}""";
    private const string Drawn = """{"id":"33333333-3333-4333-8333-333333333333","version":7,"changes":true,"summary":{"usersGaining":1,"usersLosing":0},"users":[{"userId":"11111111-1111-4111-8111-111111111111","userPrincipalName":"ada@x.example","skuId":"c7df2760-2c81-4ef7-b578-5b5392b571df","source":"direct","before":null,"after":"active","error":"","reason":"r"}],"pools":[{"skuId":"c7df2760-2c81-4ef7-b578-5b5392b571df","assignable":5,"consumedBefore":1,"consumedAfter":2}],"warnings":["w"],"cloudPcs":[{"effect":"deprovisioned","destroysData":true}],"notUndone":[{"message":"m"}]}""";
    private const string Person = """{"id":"11111111-1111-4111-8111-111111111111","userPrincipalName":"ada@x.example","displayName":"Ada","value":[{"id":"22222222-2222-4222-8222-222222222222","displayName":"Sales"}]}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Odd_objects_for_the_cmdlets()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(static asked => new Scripted(200, Good(asked.Target)));
        using BerthClient client = Client(server);
        SkuNames skus = SkuNames.Read(client, Cancel);
        Trial.Each(
            Inputs.For(nameof(Odd_objects_for_the_cmdlets)),
            static odd => Value(odd, 4),
            value => Refused(() => ChangeNames.Body(client, skus, [.. ChangeNames.Spread(value)], Cancel)));
    }

    [Fact]
    public async Task Odd_answers_for_the_cmdlets()
    {
        (Odd? Odd, string Said) now = (null, "");
        Lock one = new();
        await using ScriptedServer server = await ScriptedServer.StartAsync(asked =>
        {
            lock (one)
            {
                string good = Good(asked.Target);
                if (now.Odd is not { } odd)
                {
                    return new Scripted(200, good);
                }

                string body = odd.Once(3) ? good : odd.Once(6) ? odd.Mutated(good) : odd.Json(good);
                Scripted answer = new(odd.Once(8) ? odd.Of([200, 202, 204, 301, 400, 404, 409, 429, 500]) : 200, body, odd.Once(2) ? "0" : "0.001");
                answer = answer.Status == 204 ? answer with { Body = "" } : answer;
                now.Said += $"{asked.Target}: {answer.Status} {answer.Body}\n";
                return answer;
            }
        });
        using BerthClient client = Client(server);
        client.SignIn(Cancel);
        Trial.Each(
            Inputs.For(nameof(Odd_answers_for_the_cmdlets)),
            static odd => odd.Below(int.MaxValue),
            seed =>
            {
                Odd odd = new(seed);
                now = (odd, "");
                try
                {
                    Refused(() =>
                    {
                        SkuNames skus = SkuNames.Read(client, Cancel);
                        _ = skus.Plans(Guid.Parse("c7df2760-2c81-4ef7-b578-5b5392b571df"), ["BI", "70d33638-9c74-4d01-bfd3-562de28bd4ba"], new HashSet<string>());
                        BerthPlan plan = PlanDoor.Draw(client, skus, "{}"u8.ToArray(), Cancel);
                        _ = PlanDoor.DrawUndo(client, skus, "x", Cancel);
                        _ = PlanDoor.Apply(client, plan.PlanId, false, plan, Cancel);
                        _ = Targets.User(client.Get("/v1.0" + Targets.UserPath("ada@x.example", "id"), Cancel));
                        _ = Targets.Group("Sales", client.Get("/v1.0" + Targets.GroupPath("Sales"), Cancel));
                        _ = Targets.NamesOf(client, ["11111111-1111-4111-8111-111111111111"], Cancel);
                        foreach ((JsonElement answer, BerthException? refused) in client.GetMany(["/users/1", "/users/2"], Cancel))
                        {
                            _ = refused is null ? Targets.User(answer) : null;
                        }

                        return null;
                    });
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException(now.Said, e);
                }
            });
    }

    private static string Good(string target) =>
        target.StartsWith("/v1.0/subscribedSkus", StringComparison.Ordinal) ? $$"""{"value":[{{Sku}}]}"""
        : target.StartsWith("/v1.0/$batch", StringComparison.Ordinal) ? $$"""{"responses":[{"id":"0","status":200,"body":{{Person}} },{"id":"1","status":404,"body":{"error":{"code":"c","message":"m","details":[{"target":"changes[3]/add"}],"innerError":{"code":"resourceNotFound"} } } }]}"""
        : target.StartsWith("/berth/v1/", StringComparison.Ordinal) ? Drawn
        : Person;

    private static BerthClient Client(ScriptedServer server)
    {
        SecureString secret = new();
        secret.AppendChar('x');
        return new BerthClient(new Uri(server.Address.GetLeftPart(UriPartial.Authority)), new SecretSignIn("x.example", "client", secret));
    }

    private static void Refused(Func<object?> work)
    {
        try
        {
            _ = work();
        }
        catch (BerthException refused)
        {
            Assert.NotEmpty(refused.Message);
        }
    }

    // A value as a script may hand it over.
    private static object? Value(Odd odd, int depth) => odd.Below(depth > 0 ? 20 : 13) switch
    {
        0 => null,
        1 => odd.Text(),
        2 => odd.Of<object>([true, 1, 1L, 1u, ulong.MaxValue, (byte)1, 1.5, double.NaN, double.PositiveInfinity, 1e300, float.MinValue, 79228162514264337593543950335m, System.Numerics.BigInteger.Pow(10, 40)]),
        3 => odd.Of<object>(['x', '\ud800', DateTime.MaxValue, DateTimeOffset.MinValue, TimeSpan.MaxValue, Guid.Empty, new Uri("/x", UriKind.Relative), DayOfWeek.Friday, new SwitchParameter(true), typeof(string), new Version(1, 2), CultureInfo.InvariantCulture]),
        4 => ScriptBlock.Create("1"),
        5 => new InvalidOperationException("x"),
        6 => "11111111-1111-4111-8111-111111111111",
        7 => "SPE_E5",
        8 => "ada@x.example",
        9 => Looped(odd),
        10 => Encoding.UTF8.GetBytes(odd.Text()),
        11 => new PSObject(odd.Text()),
        12 => Change(odd, 0),
        13 or 14 => Enumerable.Range(0, odd.Below(4)).Select(_ => Value(odd, depth - 1)).ToArray(),
        15 => new ArrayList(Enumerable.Range(0, odd.Below(4)).Select(_ => Value(odd, depth - 1)).ToArray()),
        16 => new PSObject(Table(odd, depth)),
        17 => Custom(odd, depth),
        18 => Table(odd, depth),
        _ => Change(odd, depth),
    };

    private static Hashtable Change(Odd odd, int depth)
    {
        Hashtable change = new(StringComparer.OrdinalIgnoreCase) { ["kind"] = odd.Of(["userLicense", "membership", "subscription"]), ["userId"] = "ada@x.example", ["groupId"] = "Sales", ["skuId"] = "SPE_E5", ["add"] = new Hashtable { ["skuId"] = "SPE_E5" }, ["remove"] = "SPE_E5", ["addMembers"] = new object[] { "ada@x.example" } };
        foreach (string name in change.Keys.Cast<string>().ToArray())
        {
            if (odd.Once(4))
            {
                change[name] = depth > 0 ? Value(odd, depth - 1) : odd.Text();
            }
            else if (odd.Once(6))
            {
                change.Remove(name);
            }
        }

        return change;
    }

    private static Hashtable Table(Odd odd, int depth)
    {
        Hashtable table = [];
        for (int left = odd.Below(4); left > 0; left--)
        {
            table[odd.Of<object>([odd.Text(), 1, "1", "userId", "UserId", "add", "remove", Guid.Empty, 1.5])] = Value(odd, depth - 1);
        }

        return table;
    }

    private static PSObject Custom(Odd odd, int depth)
    {
        PSObject custom = new();
        foreach (string name in (string[])["userId", "add", odd.Text() + "x"])
        {
            if (custom.Properties[name] is null)
            {
                custom.Properties.Add(new PSNoteProperty(name, Value(odd, depth - 1)));
            }
        }

        return custom;
    }

    // A list or a table that holds itself.
    private static object Looped(Odd odd)
    {
        if (odd.Once(2))
        {
            ArrayList list = [];
            list.Add(odd.Once(2) ? list : new PSObject(list));
            return list;
        }

        Hashtable table = [];
        table["add"] = table;
        return table;
    }
}
