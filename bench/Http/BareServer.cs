using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Berth.Bench.Http;

/// <summary>The limit: Kestrel with nothing behind it, in a process of its own. Its answers are objects turned into JSON by generated code.</summary>
internal static class BareServer
{
    /// <summary>Serves until its input ends; the first line of output is its address.</summary>
    public static async Task<int> Run(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication app = builder.Build();
        Answer small = Sample(1);
        app.MapGet("/small", () => TypedResults.Json(small, BareJson.Default.Answer));

        // As many plans as an answer of a given size has.
        Dictionary<int, Answer> bySize = [];
        app.MapGet("/plans/{count:int}", (int count) =>
        {
            lock (bySize)
            {
                return TypedResults.Json(bySize.TryGetValue(count, out Answer? known) ? known : bySize[count] = Sample(count), BareJson.Default.Answer);
            }
        });
        app.MapPost("/small", async (HttpContext context) =>
        {
            Wanted? wanted = await context.Request.ReadFromJsonAsync(BareJson.Default.Wanted, context.RequestAborted);
            return wanted?.AddLicenses is null ? (IResult)TypedResults.BadRequest() : TypedResults.Json(small, BareJson.Default.Answer);
        });
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static Answer Sample(int plans) => new(
        "https://localhost/v1.0/$metadata#users('6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10')/licenseDetails",
        [new Detail(
            "UnofazwOW0-aUQ0MWn4dEAABAgMEBQYHCAkKCwwNDg8", Guid.Parse("e2aebe6c-897d-480f-9d62-fff1381581f7"), "CPC_E_2C_8GB_128GB",
            [.. Enumerable.Range(0, plans).Select(i => new Plan(Guid.Parse("3efff3fe-528a-4fc5-b1ba-845802cc764f"), "CPC_2", "Success", "User"))])]);

    internal sealed record Answer([property: JsonPropertyName("@odata.context")] string Context, [property: JsonPropertyName("value")] Detail[] Value);

    internal sealed record Detail(string Id, Guid SkuId, string SkuPartNumber, Plan[] ServicePlans);

    internal sealed record Plan(Guid ServicePlanId, string ServicePlanName, string ProvisioningStatus, string AppliesTo);

    internal sealed record Wanted(License[] AddLicenses, Guid[] RemoveLicenses);

    internal sealed record License(Guid[] DisabledPlans, Guid SkuId);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BareServer.Answer))]
[JsonSerializable(typeof(BareServer.Wanted))]
internal sealed partial class BareJson : JsonSerializerContext;
