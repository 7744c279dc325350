using Berth.Engine;
using Berth.Engine.CloudApps;
using CsCheck;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>Changes of cloud apps, for the tests of the journal's form.</summary>
internal static class CloudAppChanges
{
    private static readonly DateTimeOffset _noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    /// <summary>One of each kind, as full as it can be.</summary>
    public static IEnumerable<Change> Examples() =>
    [
        new Change.CloudAppSet(7, new CloudApp(
            Guid.Parse("0a0b0c0d-0002-4002-8003-040506070809"),
            3,
            "Ledger",
            "Books",
            "Größe 🦜",
            new CloudAppDetail(@"C:\Apps\ledger.exe", "-open last", @"C:\Apps\ledger.ico", 2),
            new CloudAppDetail(@"C:\Apps\ledger.exe", "", "", 0),
            true,
            CloudAppStatus.Failed,
            _noon)
        {
            DueAt = _noon.AddMinutes(1),
            PublishedAt = _noon.AddMinutes(-1),
            IsAvailable = true,
            Error = CloudAppError.IconPathInvalid,
        }),
        new Change.CloudAppGone(7),
    ];

    /// <summary>A generator for each kind.</summary>
    public static Dictionary<Type, Gen<Change>> Random(Gen<int> index, Gen<string> text, Gen<DateTimeOffset> time)
    {
        Gen<CloudAppDetail> detail = Gen.Select(text, text, text, index).Select((path, line, icon, at) => new CloudAppDetail(path, line, icon, at));
        return new Dictionary<Type, Gen<Change>>
        {
            [typeof(Change.CloudAppSet)] = Gen.Select(
                    Gen.Select(index, Gen.Guid, index, Gen.Enum<CloudAppStatus>(), time), Gen.Select(text, text, text), Gen.Select(detail, detail, Gen.Bool), Gen.Select(time.Nullable(), time.Nullable(), Gen.Bool, Gen.Enum<CloudAppError>().Nullable()))
                .Select((app, names, details, more) => (Change)new Change.CloudAppSet(
                    app.Item1,
                    new CloudApp(app.Item2, app.Item3, names.Item1, names.Item2, names.Item3, details.Item1, details.Item2, details.Item3, app.Item4, app.Item5)
                    {
                        DueAt = more.Item1,
                        PublishedAt = more.Item2,
                        IsAvailable = more.Item3,
                        Error = more.Item4,
                    })),
            [typeof(Change.CloudAppGone)] = index.Select(one => (Change)new Change.CloudAppGone(one)),
        };
    }
}
