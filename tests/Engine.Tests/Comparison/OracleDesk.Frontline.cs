using Berth.Oracle;

namespace Berth.Engine.Tests.Comparison;

/// <content>Frontline, and what people may do.</content>
public sealed partial class OracleDesk
{
    private Answer FrontlineAnswer(Request request) => request switch
    {
        Request.StartPooled r => _tenant.StartPooled(r.User, r.Policy, r.Group, r.Plan, r.App),
        Request.PowerOn r => _tenant.PowerOn(r.CloudPc),
        Request.PowerOff r => _tenant.PowerOff(r.CloudPc),
        Request.RetryPolicy r => _tenant.RetryPolicy(r.Policy),
        Request.ReprovisionPolicy r => _tenant.ReprovisionPolicy(r.Policy, r.Kept, r.SignsOut),
        Request.SchedulePolicy r => _tenant.SchedulePolicy(
            r.Policy, r.Cron, r.Kept, r.SignsOut, r.Start is { } start ? Desk.Opening.AddMinutes(start) : null, r.End is { } end ? Desk.Opening.AddMinutes(end) : null),
        Request.DeleteStorages r => _tenant.DeleteStorages(r.Policy, r.Group, r.Plan, r.Users),
        Request.Unblock r => _tenant.Unblock(r.Plan),
        Request.ConfigureFrontline r => _tenant.ConfigureFrontline(r.Held, TimeSpan.FromMinutes(r.Reset), r.Prestart, r.Excess),
        Request.CreateSetting r => _tenant.CreateSetting(r.Setting, r.Administrator, r.Self, r.Hours),
        Request.ChangeSetting r => _tenant.ChangeSetting(r.Setting, r.Administrator, r.Self, r.Hours),
        Request.DeleteSetting r => _tenant.DeleteSetting(r.Setting),
        Request.AssignSetting r => _tenant.AssignSetting(r.Setting, r.Groups),
        Request.SetAccountType r => _tenant.SetAccountType(r.CloudPc, r.Administrator),
        Request.SetReview r => _tenant.SetReview(r.CloudPc, r.Restricted),
        Request.CreateApp r => _tenant.CreateApp(r.Policy, r.App, r.Path, r.Icon),
        Request.UpdateApp r => _tenant.UpdateApp(r.Policy, r.App, r.Name, r.Path, r.Icon),
        Request.DeleteApp r => _tenant.DeleteApp(r.Policy, r.App),
        Request.PublishApps r => _tenant.PublishApps(r.Policy, r.Apps),
        Request.UnpublishApps r => _tenant.UnpublishApps(r.Policy, r.Apps),
        Request.ResetApps r => _tenant.ResetApps(r.Policy, r.Apps),
        _ => throw new NotSupportedException(request.ToString()),
    };
}
