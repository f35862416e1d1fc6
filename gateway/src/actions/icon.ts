/** The picture beside a payment in a wallet: a path with three milestones. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="Milepost">
<rect width="64" height="64" rx="12" fill="#14322b"/>
<path d="M12 46C24 46 20 30 32 30S40 16 52 16" fill="none" stroke="#f2c14e" stroke-width="4" stroke-linecap="round"/>
<g fill="#fff"><circle cx="12" cy="46" r="5"/><circle cx="32" cy="30" r="5"/><circle cx="52" cy="16" r="5"/></g>
</svg>
`;
