import { createRoot } from "react-dom/client";
import { Payment } from "./Payment.jsx";

createRoot(document.getElementById("root")).render(<Payment />);
