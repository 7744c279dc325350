using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace Berth.Portal.Layout;

/// <summary>Shows the page that belongs to the address, and sees to it that its heading gets the focus when somebody comes to it from another one (B611, B615).</summary>
internal sealed class PageRouter : IComponent, IHandleAfterRender, IDisposable
{
    private RenderHandle _handle;
    private bool _isCatching;

    /// <summary>Where the browser is.</summary>
    [Inject] public required NavigationManager Navigation { get; set; }

    /// <summary>Clicks on links that stay in the portal.</summary>
    [Inject] public required INavigationInterception Links { get; set; }

    /// <inheritdoc/>
    public void Attach(RenderHandle renderHandle)
    {
        _handle = renderHandle;
        Navigation.LocationChanged += Show;
    }

    /// <inheritdoc/>
    public Task SetParametersAsync(ParameterView parameters)
    {
        Show();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task OnAfterRenderAsync()
    {
        if (!_isCatching)
        {
            _isCatching = true;
            await Links.EnableNavigationInterceptionAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Navigation.LocationChanged -= Show;

    private void Show(object? sender, LocationChangedEventArgs e) => Show();

    private void Show()
    {
        RouteData page = Pages.Find(Navigation.ToBaseRelativePath(Navigation.Uri));
        _handle.Render(builder =>
        {
            builder.OpenComponent<RouteView>(0);
            builder.AddComponentParameter(1, nameof(RouteView.RouteData), page);
            builder.AddComponentParameter(2, nameof(RouteView.DefaultLayout), typeof(MainLayout));
            builder.CloseComponent();
            builder.OpenComponent<FocusOnNavigate>(3);
            builder.AddComponentParameter(4, nameof(FocusOnNavigate.RouteData), page);
            builder.AddComponentParameter(5, nameof(FocusOnNavigate.Selector), "h1");
            builder.CloseComponent();
        });
    }
}
