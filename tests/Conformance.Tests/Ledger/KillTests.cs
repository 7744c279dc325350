using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Berth.Engine;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>
/// The published program is killed under load, again and again, and started on the same files: whatever it answered is there,
/// whatever it did not answer happened once or not at all, and a request sent again gets the answer it got.
/// </summary>
public sealed class KillTests
{
    /// <summary>Set to 1 for the long run.</summary>
    private const string LongSwitch = "BERTH_LONG";

    private const int Restarts = 200;
    private const int LongRestarts = 5_000;

    /// <summary>Data folders that are worked on at the same time, each with a process of its own.</summary>
    private const int Lanes = 2;

    [Fact]
    public async Task What_was_answered_survives_kill_9_at_any_moment_and_nothing_happens_twice()
    {
        int restarts = Environment.GetEnvironmentVariable(LongSwitch) == "1" ? LongRestarts : Restarts;
        KillLane[] lanes = [.. Enumerable.Range(0, Lanes).Select(number => new KillLane(number))];
        await Task.WhenAll(lanes.Select(lane => Task.Run(() => lane.RunAsync(restarts / Lanes))));
        Assert.Equal(restarts, lanes.Sum(lane => lane.Kills));
        Assert.True(lanes.Sum(lane => lane.Answered) > restarts, "There was no load.");
        Assert.True(lanes.Sum(lane => lane.Interrupted) > restarts / 4, "Hardly a request was under way when the program was killed.");
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{restarts} kills, {lanes.Sum(lane => lane.Answered)} writes answered, {lanes.Sum(lane => lane.Interrupted)} interrupted, of which {lanes.Sum(lane => lane.Happened)} had happened");
    }
}

/// <summary>One data folder, one process after the other, eight callers at a time.</summary>
internal sealed class KillLane(int number)
{
    private const int Callers = 8;
    private const int Seats = 5;

    /// <summary>Of so many kills one comes while the program starts.</summary>
    private const int StartKillEvery = 8;
    private const int LongestStartMilliseconds = 400;
    private const int MostAnswersBeforeKill = 150;

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("berth-kill-");
    private readonly Random _random = new(20261123 + number);
    private readonly KillCaller[] _callers = [.. Enumerable.Range(0, Callers).Select(caller => new KillCaller($"lane{number}-caller{caller}", new Random((number * 100) + caller)))];
    private string _token = "";
    private string _skuId = "";

    public int Kills { get; private set; }

    public int Answered { get; private set; }

    public int Interrupted { get; private set; }

    public int Happened { get; private set; }

    public async Task RunAsync(int kills)
    {
        await SetUpAsync();
        while (Kills < kills)
        {
            if (Kills % StartKillEvery == StartKillEvery - 1)
            {
                await using BerthProcess starting = BerthProcess.Launch(_data.FullName, "--demo", "--seed", "none");
                await Task.Delay(_random.Next(LongestStartMilliseconds));
                await starting.KillAsync();
            }
            else
            {
                await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync(_data.FullName);
                using HttpClient client = Client(berth);
                await CheckAsync(client);
                await LoadAsync(berth, client);
            }

            Kills++;
        }

        await using (BerthProcess last = await BerthProcess.StartEmptyDemoAsync(_data.FullName))
        {
            using HttpClient client = Client(last);
            await CheckAsync(client);
            Assert.Equal(0, await last.StopAsync());
        }

        await ReplayAsync();
        _data.Delete(recursive: true);
    }

    private async Task SetUpAsync()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync(_data.FullName);
        _token = await berth.TokenAsync();
        using HttpClient client = Client(berth);
        using StringContent units = new($$"""{"skuPartNumber":"SPE_E5","units":{{Seats}}}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage bought = await client.PostAsync(new Uri("/berth/v1/subscriptions", UriKind.Relative), units);
        using JsonDocument subscription = JsonDocument.Parse(await bought.Content.ReadAsStringAsync());
        _skuId = subscription.RootElement.GetProperty("skuId").GetString()!;
        foreach (KillCaller caller in _callers)
        {
            await caller.SetUpAsync(client, _skuId);
        }
    }

    // Repetitions first: they settle what happened to the requests that were under way. Then everything is compared.
    private async Task CheckAsync(HttpClient client)
    {
        bool[] happened = await Task.WhenAll(_callers.Select(caller => caller.RepeatAsync(client)));
        Happened += happened.Count(yes => yes);
        JsonElement[] users = await ListAsync(client, "/v1.0/users?$select=id,userPrincipalName,displayName,assignedLicenses&$top=999");
        foreach (KillCaller caller in _callers)
        {
            caller.Check(users);
        }

        // The callers' users, their further ones, and the admin: nobody else came into being.
        Assert.Equal(Callers + _callers.Count(caller => caller.HasOther) + 1, users.Length);
        int licensed = users.Count(user => user.GetProperty("assignedLicenses").GetArrayLength() > 0);
        JsonElement sku = Assert.Single(await ListAsync(client, "/v1.0/subscribedSkus"));
        Assert.Equal(licensed, sku.GetProperty("consumedUnits").GetInt32());
        Assert.InRange(licensed, 0, Seats);
    }

    // The kill comes with the answer to one of the callers, while the requests of the others are anywhere.
    private async Task LoadAsync(BerthProcess berth, HttpClient client)
    {
        int left = _random.Next(1, MostAnswersBeforeKill);
        int answered = 0;
        bool[] interrupted = await Task.WhenAll(_callers.Select(caller => Task.Run(async () =>
        {
            while (await caller.SendAsync(client))
            {
                if (Interlocked.Increment(ref answered) == left)
                {
                    berth.Signal(9);
                }
            }

            return caller.IsInDoubt;
        })));
        await berth.ExitAsync();
        Answered += answered;
        Interrupted += interrupted.Count(yes => yes);
    }

    // The journal has no gap, and what the program read from it is what it says.
    private async Task ReplayAsync()
    {
        await using LedgerDoor door = LedgerDoor.Open(SqliteStore.Open(Path.Combine(_data.FullName, "berth.db")), TimeProvider.System);
        TenantDesk desk = door.Find(Company.Id)!;
        Tenant replayed = Tenant.Unborn;
        foreach (TenantEvent happened in Enumerable.Reverse(await desk.JournalAsync()))
        {
            replayed = Deciding.Apply(replayed, happened);
        }

        Company.Same(replayed, desk.Current);
    }

    private HttpClient Client(BerthProcess berth)
    {
        HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = berth.Http };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        return client;
    }

    private static async Task<JsonElement[]> ListAsync(HttpClient client, string path)
    {
        using JsonDocument list = JsonDocument.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative)));
        return [.. list.RootElement.GetProperty("value").EnumerateArray().Select(item => item.Clone())];
    }
}

/// <summary>Somebody who works on a user of his own, and on a further one that comes and goes, one request at a time.</summary>
internal sealed class KillCaller(string name, Random random)
{
    private const string NoSeat = "does not have any available licenses";

    private readonly string _user = $"{name}@contoso.example";
    private string _skuId = "";
    private Facts _known = new("", false, null);
    private Request? _last;
    private int _count;

    /// <summary>Whether the last request got no answer.</summary>
    public bool IsInDoubt => _last is { Answer: null };

    /// <summary>Whether the further user is there.</summary>
    public bool HasOther => _known.Other is not null;

    public async Task SetUpAsync(HttpClient client, string skuId)
    {
        _skuId = skuId;
        _known = new Facts("new", false, null);
        _last = new Request(HttpMethod.Post, "/v1.0/users", NewUser(_user, "new"), _known);
        Assert.True(await TrySendAsync(client, _last));
        Assert.Equal(HttpStatusCode.Created, _last.Answer!.Value.Status);
    }

    /// <summary>Sends the next request.</summary>
    /// <returns>False when the server was gone before it answered.</returns>
    public async Task<bool> SendAsync(HttpClient client)
    {
        string path = $"/v1.0/users/{_user}";
        string fresh = $"{name} {++_count}";
        string other = $"{name}-{_count}@contoso.example";
        _last = random.Next(4) switch
        {
            0 => new Request(HttpMethod.Patch, path, $$"""{"displayName":"{{fresh}}"}""", _known with { Name = fresh }),
            1 when _known.Other is { } old => new Request(HttpMethod.Delete, $"/v1.0/users/{old}", null, _known with { Other = null }),
            1 => new Request(HttpMethod.Post, "/v1.0/users", NewUser(other, "other"), _known with { Other = other }),
            _ when _known.Licensed => new Request(
                HttpMethod.Post, $"{path}/assignLicense", $$"""{"addLicenses":[],"removeLicenses":["{{_skuId}}"]}""", _known with { Licensed = false }),
            _ => new Request(
                HttpMethod.Post, $"{path}/assignLicense", $$"""{"addLicenses":[{"skuId":"{{_skuId}}","disabledPlans":[]}],"removeLicenses":[]}""", _known with { Licensed = true }),
        };
        if (!await TrySendAsync(client, _last))
        {
            return false;
        }

        (HttpStatusCode status, string body) = _last.Answer!.Value;
        if (status == HttpStatusCode.BadRequest)
        {
            // Somebody else has the last seat: a refusal is an answer too, and is not remembered.
            Assert.Contains(NoSeat, body, StringComparison.Ordinal);
            _last = null;
        }
        else
        {
            Assert.True((int)status is >= 200 and < 300, $"{_last}: {status} {body}");
            _known = _last.Then;
        }

        return true;
    }

    /// <summary>
    /// Sends the last request again. If it was answered, the answer is the same to the letter; if not, it is now, and it has happened
    /// once, before the kill or now.
    /// </summary>
    /// <returns>Whether it had happened without an answer.</returns>
    public async Task<bool> RepeatAsync(HttpClient client)
    {
        if (_last is not { } last)
        {
            return false;
        }

        bool happened = false;
        (HttpStatusCode Status, string Body)? before = last.Answer;
        if (before is null)
        {
            using JsonDocument now = JsonDocument.Parse(await client.GetStringAsync(
                new Uri("/v1.0/users?$select=id,userPrincipalName,displayName,assignedLicenses&$top=999", UriKind.Relative)));
            Facts found = Find([.. now.RootElement.GetProperty("value").EnumerateArray()]);
            happened = found == last.Then;
            Assert.True(happened || found == _known, $"{last} was interrupted; before it {_known}, now {found}");
        }

        Assert.True(await TrySendAsync(client, last));
        (HttpStatusCode status, string body) = last.Answer!.Value;
        if (before is { } answer)
        {
            Assert.Equal((answer.Status, WithoutAddress(answer.Body)), (status, WithoutAddress(body)));
        }
        else if (status == HttpStatusCode.BadRequest && !happened)
        {
            Assert.Contains(NoSeat, body, StringComparison.Ordinal);
            _last = null;
        }
        else
        {
            Assert.True((int)status is >= 200 and < 300, $"{last}: {status} {body}");
            _known = last.Then;
        }

        return happened;
    }

    /// <summary>What is there is what was answered.</summary>
    public void Check(JsonElement[] users)
    {
        Assert.Equal(_known, Find(users));
        if (_last is { Answer: { Status: HttpStatusCode.Created, Body: { } created } } last && last.Then == _known)
        {
            using JsonDocument answer = JsonDocument.Parse(created);
            string id = answer.RootElement.GetProperty("id").GetString()!;
            Assert.Single(users, user => user.GetProperty("id").GetString() == id && user.GetProperty("userPrincipalName").GetString() == (_known.Other ?? _user));
        }
    }

    private Facts Find(JsonElement[] users)
    {
        JsonElement own = Assert.Single(users, user => user.GetProperty("userPrincipalName").GetString() == _user);
        string?[] others = [.. users.Select(user => user.GetProperty("userPrincipalName").GetString()).Where(found => found!.StartsWith(name + "-", StringComparison.Ordinal))];
        Assert.InRange(others.Length, 0, 1);
        return new Facts(own.GetProperty("displayName").GetString()!, own.GetProperty("assignedLicenses").GetArrayLength() == 1, others.SingleOrDefault());
    }

    private static async Task<bool> TrySendAsync(HttpClient client, Request request)
    {
        using HttpRequestMessage message = new(request.Method, new Uri(request.Path, UriKind.Relative));
        message.Headers.Add("Repeatability-Request-ID", request.Id.ToString());
        message.Content = request.Body is null ? null : new StringContent(request.Body, Encoding.UTF8, "application/json");
        try
        {
            using HttpResponseMessage response = await client.SendAsync(message);
            request.Answer = (response.StatusCode, await response.Content.ReadAsStringAsync());
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            // .NET lets the latter through when a connection is reset as soon as it was made.
            return false;
        }
    }

    // Each process listens on a port of its own, which stands in addresses.
    private static string WithoutAddress(string body)
    {
        int at = body.IndexOf("http://127.0.0.1:", StringComparison.Ordinal);
        return at < 0 ? body : body[..at] + body[body.IndexOf("/v1.0", at, StringComparison.Ordinal)..];
    }

    private static string NewUser(string userPrincipalName, string displayName) =>
        $$$"""
        {"accountEnabled":true,"displayName":"{{{displayName}}}","mailNickname":"somebody","userPrincipalName":"{{{userPrincipalName}}}",
         "usageLocation":"US","passwordProfile":{"password":"a-Passw0rd-for-a-test"}}
        """;

    /// <summary>What the caller knows: the name and license of his user, and the further user.</summary>
    private sealed record Facts(string Name, bool Licensed, string? Other);

    /// <summary>A request, and how things stand when it has happened.</summary>
    private sealed record Request(HttpMethod Method, string Path, string? Body, Facts Then)
    {
        public Guid Id { get; } = Guid.NewGuid();

        public (HttpStatusCode Status, string Body)? Answer { get; set; }
    }
}
