using Berth.Oracle;

namespace Berth.Engine.Tests.Comparison;

/// <content>Frontline, and what people may do.</content>
public sealed partial class OracleDesk
{
    private Answer FrontlineAnswer(Request request) => request switch
    {
        Request.StartPooled r => _tenant.StartPooled(r.User, r.Policy, r.Group, r.Plan),
        Request.PowerOn r => _tenant.PowerOn(r.CloudPc),
        Request.PowerOff r => _tenant.PowerOff(r.CloudPc),
        Request.RetryPolicy r => _tenant.RetryPolicy(r.Policy),
        Request.Unblock r => _tenant.Unblock(r.Plan),
        Request.ConfigureFrontline r => _tenant.ConfigureFrontline(r.Held, TimeSpan.FromMinutes(r.Reset), r.Prestart, r.Excess),
        Request.CreateSetting r => _tenant.CreateSetting(r.Setting, r.Administrator, r.Self, r.Hours),
        Request.ChangeSetting r => _tenant.ChangeSetting(r.Setting, r.Administrator, r.Self, r.Hours),
        Request.DeleteSetting r => _tenant.DeleteSetting(r.Setting),
        Request.AssignSetting r => _tenant.AssignSetting(r.Setting, r.Groups),
        Request.SetAccountType r => _tenant.SetAccountType(r.CloudPc, r.Administrator),
        Request.SetReview r => _tenant.SetReview(r.CloudPc, r.Restricted),
        _ => throw new NotSupportedException(request.ToString()),
    };
}
