namespace Berth.Engine.Tests.Comparison;

/// <content>What people may do with their Cloud PCs, and reviews.</content>
public abstract partial record Request
{
    /// <summary>A user setting that is assigned to nobody.</summary>
    /// <param name="Setting">Its id.</param>
    /// <param name="Administrator">Whether who signs in is an administrator.</param>
    /// <param name="Self">Whether people may reprovision and restore their own.</param>
    /// <param name="Hours">How many hours two restore points are apart.</param>
    public sealed record CreateSetting(string Setting, bool Administrator, bool Self, int Hours) : Request;

    public sealed record ChangeSetting(string Setting, bool Administrator, bool Self, int Hours) : Request;

    public sealed record DeleteSetting(string Setting) : Request;

    public sealed record AssignSetting(string Setting, string[] Groups) : Request;

    /// <summary>The user of a Cloud PC is an administrator of it from now on, or not.</summary>
    public sealed record SetAccountType(int CloudPc, bool Administrator) : Request;

    /// <summary>A Cloud PC comes under review, its user kept out or not; null takes it out.</summary>
    public sealed record SetReview(int CloudPc, bool? Restricted) : Request;
}
