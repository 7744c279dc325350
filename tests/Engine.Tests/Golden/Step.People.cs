using Berth.Engine.Tests.Comparison;

namespace Berth.Engine.Tests.Golden;

/// <content>What people may do with their Cloud PCs, and reviews.</content>
public sealed partial class Step
{
    /// <summary>A user setting.</summary>
    public string? Setting { get; set; }

    /// <summary>Whether who signs in, or the user of a Cloud PC, is an administrator; left out of a reprovision: what the policy says.</summary>
    public bool? Administrator { get; set; }

    /// <summary>Whether people may act on their own, or do.</summary>
    public bool? Self { get; set; }

    /// <summary>How many hours two restore points are apart; left out: 12.</summary>
    public int? Hours { get; set; }

    /// <summary>Whether a review keeps the user out; left out of <c>setReview</c>: there is none any more.</summary>
    public bool? Restricted { get; set; }

    private void TakePeople(Request request)
    {
        switch (request)
        {
            case Request.CreateSetting r:
                (Setting, Administrator, Self, Hours) = (Names.Readable(r.Setting), r.Administrator ? true : null, r.Self ? true : null, r.Hours == UsualHours ? null : r.Hours);
                break;
            case Request.ChangeSetting r:
                (Setting, Administrator, Self, Hours) = (Names.Readable(r.Setting), r.Administrator ? true : null, r.Self ? true : null, r.Hours == UsualHours ? null : r.Hours);
                break;
            case Request.DeleteSetting r:
                Setting = Names.Readable(r.Setting);
                break;
            case Request.AssignSetting r:
                (Setting, To) = (Names.Readable(r.Setting), Readable(r.Groups));
                break;
            case Request.SetAccountType r:
                (CloudPc, Administrator) = (r.CloudPc, r.Administrator);
                break;
            case Request.SetReview r:
                (CloudPc, Restricted) = (r.CloudPc, r.Restricted);
                break;
        }
    }

    private const int UsualHours = 12;

    private Request ToPeople() => Do switch
    {
        "createSetting" => new Request.CreateSetting(Names.Setting(Setting!), Administrator ?? false, Self ?? false, Hours ?? UsualHours),
        "changeSetting" => new Request.ChangeSetting(Names.Setting(Setting!), Administrator ?? false, Self ?? false, Hours ?? UsualHours),
        "deleteSetting" => new Request.DeleteSetting(Names.Setting(Setting!)),
        "assignSetting" => new Request.AssignSetting(Names.Setting(Setting!), [.. (To ?? []).Select(Names.Group)]),
        "setAccountType" => new Request.SetAccountType(CloudPc!.Value, Administrator!.Value),
        "setReview" => new Request.SetReview(CloudPc!.Value, Restricted),
        _ => throw new NotSupportedException($"No command is called '{Do}'."),
    };
}
