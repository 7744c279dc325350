using Berth.Portal.Bulk;
using Berth.Portal.Graph;
using Berth.Portal.Layout;
using Berth.Portal.Plan;
using Berth.Portal.SignIn;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;
using Microsoft.FluentUI.AspNetCore.Components;

WebAssemblyHostBuilder builder = WebAssemblyHostBuilder.CreateDefault(args);

// FluentUI's providers are left out: its dialogs, toasts and tooltips are not used here.
builder.RootComponents.Add<PageRouter>("#portal");
builder.Services.AddFluentUIComponents();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(new HttpClient { BaseAddress = new Uri(new Uri(builder.HostEnvironment.BaseAddress), "/") });
builder.Services.AddScoped<PortalSession>();
builder.Services.AddScoped<GraphClient>();
builder.Services.AddScoped<Skus>();
builder.Services.AddScoped<DirectoryNames>();
builder.Services.AddScoped<PlanDraft>();
builder.Services.AddScoped<HandedList>();
await builder.Build().RunAsync();
