using System.Text;
using Berth.Identity;
using Berth.Notifications;
using Xunit;

namespace Berth.Conformance.Tests.Fuzzing;

/// <summary>What others answer when Berth asks them: whatever it is, it is taken or refused, in bounded time and memory (B760).</summary>
public sealed class AnswerInputs : IAsyncDisposable
{
    private readonly AnyAnswer _there = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _there.DisposeAsync();

    [Fact]
    public Task Odd_answers_of_issuers()
    {
        string discovery = $$"""{"issuer":"{{_there.Address}}","authorization_endpoint":"{{_there.Address}}/a","token_endpoint":"{{_there.Address}}/t","jwks_uri":"{{_there.Address}}/k"}""";
        const string Keys = """{"keys":[{"kty":"RSA","kid":"1","use":"sig","n":"sXchOyk9SFEz0mLJM3kxOyuc9Jm6hV4RZfa0dIm1fVJ3c8mFZQF8ZQ","e":"AQAB"},{"kty":"EC","kid":"2","crv":"P-256","x":"AAAA","y":"AAAA"}]}""";
        const string Token = """{"id_token":"eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJub25jZSI6Im4iLCJhdWQiOiJjIn0.c2ln","token_type":"Bearer"}""";
        return Trial.EachAsync(
            Inputs.For(nameof(Odd_answers_of_issuers)),
            odd => (Discovery: Answer(odd, discovery, 3), Keys: Answer(odd, Keys, 2), Token: Answer(odd, Token, 1)),
            async answers =>
            {
                _there.Answer = request => request.StartsWith("GET /.well-known", StringComparison.Ordinal) ? answers.Discovery : request.StartsWith("GET /k", StringComparison.Ordinal) ? answers.Keys : answers.Token;
                using ExternalIssuer issuer = new(new ExternalIssuerOptions(new Uri(_there.Address), "c", "s", ExternalUserClaim.PreferredUsername, "roles", new Dictionary<string, DirectoryRole>(), false), TimeProvider.System);
                try
                {
                    await issuer.RedeemAsync("code", "verifier", "n", "http://127.0.0.1/back", Cancel);
                    Assert.Fail("An issuer without a key gave a good token.");
                }
                catch (ExternalSignInException refused)
                {
                    Assert.NotEmpty(refused.Message);
                }
                catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
                {
                    throw new InvalidOperationException($"{Trial.Shown(answers.Discovery)} {Trial.Shown(answers.Keys)} {Trial.Shown(answers.Token)}", e);
                }
            });
    }

    [Fact]
    public async Task Odd_answers_of_receivers()
    {
        using NotificationSender sender = new(TimeProvider.System);
        Uri receiver = new(_there.Address + "/hook");
        await Trial.EachAsync(
            Inputs.For(nameof(Odd_answers_of_receivers)),
            odd => Answer(odd, "token", 2, "text/plain"),
            async answer =>
            {
                _there.Answer = _ => answer;
                Assert.True(Enum.IsDefined(await sender.HandshakeAsync(receiver, "token", Cancel)));
                DeliveryOutcome outcome = await sender.PostAsync(receiver, "{}"u8.ToArray(), Cancel);
                Assert.True(outcome.RetryAfter >= TimeSpan.Zero);
            });
    }

    // An answer of HTTP, good but for its body once in so many times, and otherwise odd in its head as well.
    private static byte[] Answer(Odd odd, string good, int once, string type = "application/json")
    {
        string body = odd.Once(once) ? odd.Once(4) ? odd.Mutated(good) : odd.Json(good) : good;
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        byte[] head = Encoding.ASCII.GetBytes($"HTTP/1.1 {(odd.Once(8) ? odd.Below(1100) : 200)} OK\r\nContent-Type: {type}\r\n{(odd.Once(6) ? "Retry-After: " + odd.Below(int.MaxValue) + "\r\n" : "")}Content-Length: {(odd.Once(12) ? odd.Below(int.MaxValue) : bytes.Length)}\r\nConnection: close\r\n\r\n");
        return odd.Once(10) ? odd.Mutated([.. head, .. bytes]) : [.. head, .. bytes];
    }
}
