using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Many clients at once want the last seat, over HTTP (L61, E2).</summary>
public sealed class SeatRace(ITestOutputHelper output)
{
    private const int Clients = 64;

    /// <summary><c>BERTH_RACE_ROUNDS</c> asks for a longer run.</summary>
    private const int DefaultRounds = 2000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_64_clients_exactly_one_gets_the_one_seat_in_every_round()
    {
        int rounds = Environment.GetEnvironmentVariable("BERTH_RACE_ROUNDS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : DefaultRounds;
        Guid sku = SdkTenant.Sku("CPC_E_4C_16GB_512GB").Id;
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Clients }) { BaseAddress = berth.Http };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await berth.TokenAsync());
        Guid[] users = await PrepareAsync(http, sku);
        byte[] add = JsonSerializer.SerializeToUtf8Bytes(new { addLicenses = new[] { new { skuId = sku, disabledPlans = Array.Empty<Guid>() } }, removeLicenses = Array.Empty<Guid>() });
        byte[] remove = JsonSerializer.SerializeToUtf8Bytes(new { addLicenses = Array.Empty<object>(), removeLicenses = new[] { sku } });
        string refusal = $"Subscription with SKU {sku} does not have any available licenses.";
        int[] won = new int[Clients];
        Stopwatch clock = Stopwatch.StartNew();

        for (int round = 0; round < rounds; round++)
        {
            // Every round another client starts first.
            bool[] given = await Task.WhenAll(Enumerable.Range(round, Clients).Select(i => TryAsync(http, users[i % Clients], add, refusal)));
            int winner = (round + Array.IndexOf(given, true)) % Clients;
            Assert.True(given.Count(one => one) == 1, $"Round {round}: {given.Count(one => one)} clients got the one seat.");
            won[winner]++;
            using HttpResponseMessage freed = await PostAsync(http, users[winner], remove);
            Assert.Equal(HttpStatusCode.OK, freed.StatusCode);
        }

        double seconds = clock.Elapsed.TotalSeconds;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rounds} rounds of {Clients} clients in {seconds:F1} s: {rounds * (Clients + 1) / seconds:F0} requests/s, {rounds / seconds:F0} rounds/s; {won.Count(times => times > 0)} of {Clients} clients won at least once."));
        Assert.Equal(rounds, won.Sum());
        JsonElement pool = await http.GetFromJsonAsync<JsonElement>($"/v1.0/subscribedSkus/{BerthProcess.DemoTenant}_{sku}", Cancel);
        Assert.Equal(0, pool.GetProperty("consumedUnits").GetInt32());
        JsonElement holders = await http.GetFromJsonAsync<JsonElement>($"/v1.0/users?$filter=assignedLicenses/any(s:s/skuId eq {sku})", Cancel);
        Assert.Equal(0, holders.GetProperty("value").GetArrayLength());
    }

    private static async Task<Guid[]> PrepareAsync(HttpClient http, Guid sku)
    {
        Guid[] users = [.. Enumerable.Range(0, Clients).Select(_ => Guid.NewGuid())];
        string lines = string.Join('\n', users.Select((id, i) => JsonSerializer.Serialize(new
        {
            user = new { id, userPrincipalName = $"racer{i}@contoso.example", displayName = $"Racer {i}", usageLocation = "US" },
        })));
        using StringContent body = new(lines, System.Text.Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage imported = await http.PostAsync(new Uri("/berth/v1/import", UriKind.Relative), body, Cancel);
        Assert.Equal(Clients, (await imported.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("users").GetInt32());
        using HttpResponseMessage bought = await http.PostAsJsonAsync("/berth/v1/subscriptions", new { skuId = sku, units = 1 }, Cancel);
        Assert.Equal(HttpStatusCode.Created, bought.StatusCode);
        return users;
    }

    private static async Task<bool> TryAsync(HttpClient http, Guid user, byte[] body, string refusal)
    {
        using HttpResponseMessage answer = await PostAsync(http, user, body);
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            return true;
        }

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using JsonDocument json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(Cancel));
        JsonElement error = json.RootElement.GetProperty("error");
        Assert.Equal("Request_BadRequest", error.GetProperty("code").GetString());
        Assert.Equal(refusal, error.GetProperty("message").GetString());
        Assert.Equal("seatsExhausted", error.GetProperty("innerError").GetProperty("code").GetString());
        return false;
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient http, Guid user, byte[] body)
    {
        ByteArrayContent content = new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return http.PostAsync(new Uri($"/v1.0/users/{user}/assignLicense", UriKind.Relative), content, Cancel);
    }
}
